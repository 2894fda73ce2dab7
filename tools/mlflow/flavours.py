"""Loads what Atalaya exports by its ONNX and XGBoost flavours and compares the answers with those of Atalaya's own server.

    flavours.py URL PIPELINE XGBOOST-MODEL ROWS ROWS-FILE
"""
import json
import os
import sys
import warnings

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR="false")
warnings.filterwarnings("ignore")
import mlflow  # noqa: E402
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402
import pandas as pd  # noqa: E402
import requests  # noqa: E402
import xgboost  # noqa: E402

url, pipeline, boosted, count, rows_file = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]
mlflow.set_tracking_uri(url)
random = np.random.default_rng(23)


def asked(rows):
    found = []
    for begin in range(0, len(rows), 2_000):
        answer = requests.post(f"{url}/v1/pipelines/{pipeline}/predict", json={"rows": rows[begin:begin + 2_000]}, timeout=120)
        answer.raise_for_status()
        found.extend(answer.json()["predictions"])
    return found


folder = mlflow.artifacts.download_artifacts(f"models:/{pipeline}@production")
inputs = json.load(open(os.path.join(folder, "data/model.json"), encoding="utf-8"))["features"]["inputs"]
example = pd.DataFrame(**json.load(open(os.path.join(folder, "input_example.json"), encoding="utf-8")))
graph = mlflow.onnx.load_model(f"models:/{pipeline}@production")
session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
rows, feeds = {}, {}
for schema in inputs:
    name, kind = schema["name"], schema["type"]
    known = [v for v in example[name].tolist() if v is not None and v == v]
    gone = (random.random(count) < 0.15) & bool(schema["optional"])
    if kind in ("category", "text"):
        drawn = random.choice(schema.get("levels") or [*known, "never seen"], count)
        rows[name] = [None if g else str(v) for v, g in zip(drawn, gone)]
        feeds[name] = np.array([["" if v is None else v] for v in rows[name]], dtype=object)
        continue
    if kind == "boolean":
        drawn = (random.random(count) < 0.5).astype(float)
    elif kind == "time":
        drawn = random.integers(0, 1_700_000_000, count) * 1000.0
    else:
        drawn = random.choice([float(v) for v in known] or [1.0], count) * random.lognormal(0, 0.5, count)
        drawn = np.clip(np.round(drawn) if kind == "integer" else drawn, schema.get("min", -1e12), schema.get("max", 1e12))
    plain = [bool(v) if kind == "boolean" else int(v) if kind == "time" else float(v) for v in drawn]
    rows[name] = [None if g else v for v, g in zip(plain, gone)]
    feeds[name] = np.where(gone, np.nan, drawn).reshape(-1, 1)
ours = np.array([p["value"] for p in asked([{k: v[i] for k, v in rows.items()} for i in range(count)])])
theirs = session.run(["value"], feeds)[0].ravel()
onnx_gap = float(np.max(np.abs(ours - theirs) / np.maximum(1e-12, np.abs(ours))))
# The trees of a model that came from XGBoost go back as they came.
booster = mlflow.xgboost.load_model(f"models:/{boosted}@production")
frame = pd.DataFrame(json.load(open(rows_file, encoding="utf-8"))["rows"], dtype=float)
expected = json.load(open(rows_file.replace(".json", ".expected.json"), encoding="utf-8"))["values"]
answers = booster.predict(xgboost.DMatrix(frame[booster.feature_names])).astype(float)
xgboost_gap = float(np.max(np.abs(answers - np.array(expected)) / np.maximum(1e-12, np.abs(expected))))
json.dump({"rows": count, "onnx_gap": onnx_gap, "xgboost_rows": len(answers), "xgboost_gap": xgboost_gap}, sys.stdout)
