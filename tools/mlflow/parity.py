"""Loads a model that Atalaya trained with mlflow.pyfunc and compares its answers with those of Atalaya's own server, on
random rows: values around those of real rows, missing ones, levels that were never seen. Prints one JSON object.

    parity.py URL PIPELINE ROWS
"""
import json
import math
import os
import sys

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR="false")
import mlflow  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import requests  # noqa: E402

url, pipeline, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
mlflow.set_tracking_uri(url)
model = mlflow.pyfunc.load_model(f"models:/{pipeline}@production")
own = model._model_impl.model
random = np.random.default_rng(11)
example = model.input_example if hasattr(model, "input_example") else None
example = example if isinstance(example, pd.DataFrame) else pd.DataFrame(**json.load(open(os.path.join(mlflow.artifacts.download_artifacts(f"models:/{pipeline}@production"), "input_example.json"))))


def values(schema):
    name, kind = schema["name"], schema["type"]
    known = [v for v in example[name].tolist() if v is not None and v == v]
    if kind in ("number", "integer"):
        middle = [float(v) for v in known] or [1.0]
        drawn = random.choice(middle, count) * random.lognormal(0, 0.5, count)
        drawn = np.clip(drawn, schema.get("min", -1e12), schema.get("max", 1e12))
        drawn = [float(round(v)) if kind == "integer" else float(v) for v in drawn]
    elif kind == "boolean":
        drawn = [bool(v) for v in random.random(count) < 0.5]
    elif kind == "time":
        drawn = [int(v) for v in random.integers(0, 1_700_000_000, count) * 1000]
    else:
        levels = schema.get("levels") or [*known, "never seen", "Ünseen"]
        drawn = [str(v) for v in random.choice(levels, count)]
    if not schema["optional"]:
        return drawn
    return [None if gone else v for v, gone in zip(drawn, random.random(count) < 0.15)]


rows = {schema["name"]: values(schema) for schema in own.inputs}
frame = pd.DataFrame(rows)
theirs = model.predict(frame)
ours = []
for begin in range(0, count, 2_000):
    part = [{k: v[i] for k, v in rows.items()} for i in range(begin, min(count, begin + 2_000))]
    answer = requests.post(f"{url}/v1/pipelines/{pipeline}/predict", json={"rows": part}, timeout=120)
    answer.raise_for_status()
    ours.extend(answer.json()["predictions"])
gaps, labels = [], 0
for mine, row in zip(theirs, ours):
    if "label" in row:
        labels += mine != row["label"]
        continue
    expected = row["value"] if "value" in row else row["score"]
    gaps.append(abs(float(mine) - expected) / max(1e-12, abs(expected)))
example_answers = model.predict(example)
json.dump({"rows": count, "largest_relative_gap": max(gaps, default=0.0), "different_labels": int(labels), "example": len(example_answers),
           "finite": all(math.isfinite(float(v)) for v in theirs) if not labels and gaps else True}, sys.stdout)
