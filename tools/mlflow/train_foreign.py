"""Trains models of other libraries, logs and registers them on a real MLflow server as a Python team would, and writes rows
with their own answers for Atalaya to be compared with.

    train_foreign.py URL TAG ROWS FOLDER
"""
import json
import logging
import os
import sys
import warnings

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR="false")
warnings.filterwarnings("ignore")
import lightgbm  # noqa: E402
import mlflow  # noqa: E402
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402
import pandas as pd  # noqa: E402
import xgboost  # noqa: E402
from mlflow.models import infer_signature  # noqa: E402
from skl2onnx import to_onnx  # noqa: E402
from sklearn.ensemble import GradientBoostingClassifier, RandomForestRegressor  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

logging.disable(logging.WARNING)
url, tag, count, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
mlflow.set_tracking_uri(url)
mlflow.set_experiment(f"foreign-{tag}")
random = np.random.default_rng(7)


def table(rows):
    return pd.DataFrame({
        "bed": random.integers(0, 8, rows).astype(np.float64),
        "size": random.lognormal(4.5, 0.4, rows),
        "age": random.uniform(0, 120, rows),
        "lot": random.lognormal(6, 1, rows),
    })


train, rows = table(3_000), table(count)
price = train.bed * 20_000 + train["size"] * 1_500 - train.age * 300 + random.normal(0, 5_000, len(train))
kind = np.where(price < price.quantile(0.4), 0, np.where(price < price.quantile(0.8), 1, 2))
sold = (kind == 2).astype(int)
signature = infer_signature(train, np.asarray(price))
written = []


def publish(name, log, answers, with_missing):
    with mlflow.start_run(run_name=name):
        info = log(f"{name}-{tag}")
    client = mlflow.MlflowClient()
    client.set_registered_model_alias(f"{name}-{tag}", "production", "1")
    frame = holes if with_missing else rows
    records = [{k: None if v != v else v for k, v in row.items()} for row in frame.to_dict("records")]
    with open(os.path.join(folder, f"{name}.json"), "w", encoding="utf-8") as file:
        json.dump({"rows": records}, file)
    with open(os.path.join(folder, f"{name}.expected.json"), "w", encoding="utf-8") as file:
        json.dump(answers, file)
    written.append({"name": f"{name}-{tag}", "rows": f"{name}.json", "expected": f"{name}.expected.json", "uri": info.model_uri})


holes = rows.mask(random.random(rows.shape) < 0.1)
booster = xgboost.train({"objective": "reg:squarederror", "max_depth": 5, "seed": 1}, xgboost.DMatrix(train, price), 60)
publish("xgb-price", lambda name: mlflow.xgboost.log_model(booster, name="model", signature=signature, registered_model_name=name,
                                                            model_format="json", input_example=train.head(3)),
        {"values": booster.predict(xgboost.DMatrix(holes)).astype(float).tolist()}, True)
classes = xgboost.XGBClassifier(n_estimators=30, max_depth=4, random_state=1).fit(train, kind)
publish("xgb-kind", lambda name: mlflow.xgboost.log_model(classes, name="model", signature=signature, registered_model_name=name),
        {"probabilities": classes.predict_proba(holes).astype(float).tolist()}, True)
light = lightgbm.train({"objective": "binary", "verbose": -1, "num_leaves": 15, "seed": 1, "num_threads": 1},
                       lightgbm.Dataset(train, sold), 50)
publish("lgb-sold", lambda name: mlflow.lightgbm.log_model(light, name="model", signature=signature, registered_model_name=name),
        {"second": light.predict(holes).tolist()}, True)


def as_onnx(model, options=None):
    return to_onnx(model, train.to_numpy(np.float32)[:1], options=options, target_opset={"": 17, "ai.onnx.ml": 3})


def answers_of(model, output):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run([session.get_outputs()[output].name], {session.get_inputs()[0].name: rows.to_numpy(np.float32)})[0]


forest = as_onnx(RandomForestRegressor(40, max_depth=8, random_state=1, n_jobs=2).fit(train.to_numpy(), price))
publish("sk-price", lambda name: mlflow.onnx.log_model(forest, name="model", signature=signature, registered_model_name=name),
        {"values": answers_of(forest, 0).ravel().astype(float).tolist()}, False)
boosted = GradientBoostingClassifier(n_estimators=25, random_state=1).fit(train.to_numpy(), kind)
graph = as_onnx(boosted, {id(boosted): {"zipmap": False}})
publish("sk-kind", lambda name: mlflow.onnx.log_model(graph, name="model", signature=signature, registered_model_name=name),
        {"probabilities": answers_of(graph, 1).astype(float).tolist()}, False)
plain = LogisticRegression().fit(train, sold)
with mlflow.start_run(run_name="sk-plain"):
    mlflow.sklearn.log_model(plain, name="model", signature=signature, registered_model_name=f"sk-plain-{tag}")
json.dump({"models": written, "refused": f"mlflow:/sk-plain-{tag}/1"}, sys.stdout)
