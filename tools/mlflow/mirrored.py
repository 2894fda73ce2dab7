"""Compares every run, version and alias of Atalaya with its copy on the MLflow server that it mirrors to.

    mirrored.py ATALAYA MLFLOW
"""
import json
import os
import sys

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR="false")
import mlflow  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from mlflow.entities import ViewType  # noqa: E402
from mlflow.tracking import MlflowClient  # noqa: E402

SOURCE = "atalaya.mirror.source"
ours, theirs = (MlflowClient(url, url) for url in sys.argv[1:3])
different, counts = [], {"runs": 0, "points": 0, "artifacts": 0, "versions": 0, "aliases": 0}


def everything(search, **options):
    found, token = [], None
    while True:
        page = search(page_token=token, **options)
        found.extend(page)
        token = page.token
        if not token:
            return found


def runs_of(client):
    experiments = everything(client.search_experiments, view_type=ViewType.ALL, max_results=500)
    ids = [e.experiment_id for e in experiments]
    return everything(client.search_runs, experiment_ids=ids, run_view_type=ViewType.ALL, max_results=1_000)


def note(what, mine, other):
    if mine != other:
        different.append({"what": what, "ours": str(mine)[:300], "theirs": str(other)[:300]})


def files(client, run, path=None):
    found = []
    for entry in client.list_artifacts(run, path):
        found += files(client, run, entry.path) if entry.is_dir else [(entry.path, entry.file_size)]
    return found


copies = {}
for run in runs_of(theirs):
    source = run.data.tags.get(SOURCE, "")
    if "/run/" in source:
        copies.setdefault(source.split("/run/")[1], []).append(run)
deleted_experiments = {e.experiment_id for e in everything(ours.search_experiments, view_type=ViewType.DELETED_ONLY, max_results=500)}
for run in runs_of(ours):
    if run.info.experiment_id in deleted_experiments:
        continue
    id, found = run.info.run_id, copies.get(run.info.run_id, [])
    note(f"copies of {id}", 1, len(found))
    if len(found) != 1:
        continue
    copy, counts["runs"] = found[0], counts["runs"] + 1
    for field in ("run_name", "status", "start_time", "end_time", "lifecycle_stage", "user_id"):
        note(f"{field} of {id}", getattr(run.info, field), getattr(copy.info, field))
    note(f"params of {id}", run.data.params, copy.data.params)
    hidden = {SOURCE, "mlflow.parentRunId"}
    note(f"tags of {id}", {k: v for k, v in run.data.tags.items() if k not in hidden}, {k: v for k, v in copy.data.tags.items() if k not in hidden})
    note(f"datasets of {id}", sorted((d.dataset.name, d.dataset.digest) for d in run.inputs.dataset_inputs),
         sorted((d.dataset.name, d.dataset.digest) for d in copy.inputs.dataset_inputs))
    for key in run.data.metrics:
        points = [sorted((m.timestamp, m.step, str(m.value)) for m in c.get_metric_history(i, key)) for c, i in ((ours, id), (theirs, copy.info.run_id))]
        counts["points"] += len(points[0])
        note(f"points of {key} of {id}", *points)
    if run.info.lifecycle_stage == "active":
        own = sorted(files(ours, id))
        there = sorted(f for f in files(theirs, copy.info.run_id) if not f[0].startswith("models/"))
        counts["artifacts"] += len(own)
        note(f"artifacts of {id}", own, there)
for model in everything(ours.search_registered_models, max_results=100):
    versions = everything(ours.search_model_versions, filter_string=f"name = '{model.name}'", max_results=100)
    there = everything(theirs.search_model_versions, filter_string=f"name = '{model.name}'", max_results=100)
    by_source = {v.tags.get(SOURCE, "").split("/version/")[-1]: v for v in there}
    counts["versions"] += len(versions)
    for version in versions:
        note(f"{model.name}/{version.version} is there", True, f"{model.name}/{version.version}" in by_source)
    for alias, number in ours.get_registered_model(model.name).aliases.items():
        counts["aliases"] += 1
        copy = by_source.get(f"{model.name}/{number}")
        note(f"{model.name}@{alias}", copy and copy.version, theirs.get_model_version_by_alias(model.name, alias).version)
# A colleague loads what serves here from there.
frames = []
for url in sys.argv[1:3]:
    mlflow.set_tracking_uri(url)
    folder = mlflow.artifacts.download_artifacts("models:/house-prices@production")
    example = pd.DataFrame(**json.load(open(os.path.join(folder, "input_example.json"), encoding="utf-8")))
    frames.append(np.asarray(mlflow.pyfunc.load_model("models:/house-prices@production").predict(example)))
note("answers of models:/house-prices@production", frames[0].tolist(), frames[1].tolist())
json.dump({"different": different, **counts}, sys.stdout)
