"""Runs client operations of the real `mlflow` package against one server and prints what each answered, as JSON.

Ids and times are replaced by their order of appearance, so that two servers can be compared field by field. Every request
is recorded with its status: the table of routes is made of them.
"""
import json
import logging
import os
import re
import sys
import tempfile
import time
import warnings

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", GIT_PYTHON_REFRESH="quiet", MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR="false")
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
warnings.filterwarnings("ignore")
import mlflow  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import requests  # noqa: E402
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag, ViewType  # noqa: E402
from mlflow.tracking import MlflowClient  # noqa: E402

logging.disable(logging.WARNING)
URL = sys.argv[1].rstrip("/")
calls, results, ids = [], {}, {}
original = requests.Session.request


def recording(self, method, url, **options):
    answer = original(self, method, url, **options)
    if url.startswith(URL):
        calls.append([method, pattern(url[len(URL):].split("?")[0]), answer.status_code])
    return answer


def pattern(path):
    path = re.sub(r"(mlflow-artifacts/artifacts)/.+", r"\1/{path}", path)
    path = re.sub(r"(mlflow-artifacts/mpu/(?:create|complete|abort))/.+", r"\1/{path}", path)
    path = re.sub(r"(mlflow-artifacts/mpu/part)/.+", r"\1/{upload}/{part}", path)
    path = re.sub(r"(logged-models/m-[0-9a-f]+/tags)/.+", r"\1/{key}", path)
    return re.sub(r"logged-models/m-[0-9a-f]+", "logged-models/{model_id}", path)


requests.Session.request = recording


def plain(value):
    """An entity of the client as JSON."""
    if isinstance(value, (str, int, bool)) or value is None:
        return value
    if isinstance(value, float):
        return "NaN" if value != value else value
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, (np.ndarray, pd.Series)):
        return [plain(v) for v in value.tolist()]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(v) for v in value]
    if hasattr(value, "to_dictionary"):
        return plain(value.to_dictionary())
    if hasattr(value, "__iter__") and hasattr(type(value), "_properties"):
        return plain(dict(value))
    if hasattr(value, "__dict__"):
        return {k.lstrip("_"): plain(v) for k, v in vars(value).items()}
    return str(value)


def placeholder(kind, text):
    return ids.setdefault((kind, text), f"<{kind} {sum(1 for k, _ in ids if k == kind) + 1}>")


def neutral(value, key=""):
    """Ids and times by their order of appearance; lists of keyed things by key."""
    if isinstance(value, dict):
        return {k: neutral(v, k) for k, v in sorted(value.items())}
    if isinstance(value, list):
        items = [neutral(v, key) for v in value]
        if items and all(isinstance(i, dict) and "key" in i for i in items):
            items.sort(key=lambda i: json.dumps(i, sort_keys=True))
        return items
    if isinstance(value, int) and not isinstance(value, bool) and value > 1_500_000_000_000:
        return "<time>"
    if isinstance(value, str):
        if key in ("experiment_id",) and value.isdigit():
            return placeholder("experiment", value)
        value = value.replace(URL, "<server>")
        value = re.sub(r"\b1[5-9]\d{11}\b", "<time>", value)
        value = re.sub(r"port=\d+", "port=<port>", value)
        value = re.sub(r"(?<=experiment )\d+", lambda m: placeholder("experiment", m.group(0)), value)
        value = re.sub(r"(?<=id=)\d+", lambda m: placeholder("experiment", m.group(0)), value)
        value = re.sub(r"(?<=mlflow-artifacts:/)\d+", lambda m: placeholder("experiment", m.group(0)), value)
        value = re.sub(r"m-[0-9a-f]{32}", lambda m: placeholder("model", m.group(0)), value)
        # The two runs ask Git at different moments, and somebody may commit between them.
        value = re.sub(r"\b[0-9a-f]{40}\b", "<commit>", value)
        value = re.sub(r"\b[0-9a-f]{32}\b", lambda m: placeholder("run", m.group(0)), value)
        value = re.sub(r"[\w./-]*/tmp\w+", "<folder>", value)
        value = re.sub(r"[a-z]+-[a-z]+-\d{1,3}\b", "<name>", value)
        # MLflow tells of its database here.
        value = re.sub(r"(already exists\.) Error: .*", r"\1", value, flags=re.S)
    return value


def operation(name):
    def run(work):
        try:
            answer = {"answer": neutral(plain(work()))}
        except mlflow.exceptions.MlflowException as error:
            answer = {"error": error.error_code, "message": neutral(str(error.message))}
        except Exception as error:  # noqa: BLE001
            answer = {"failed": type(error).__name__, "message": neutral(str(error))[:500]}
        results[name] = answer
        return work
    return run


def http(method, path, **options):
    answer = requests.request(method, f"{URL}{path}", timeout=60, **options)
    try:
        body = answer.json()
    except ValueError:
        body = answer.text
    return {"status": answer.status_code, "body": body}


def get_json(path, **query):
    return http("GET", f"/api/2.0/mlflow/{path}", params=query)


def post_json(path, **body):
    return http("POST", f"/api/2.0/mlflow/{path}", json=body)


mlflow.set_tracking_uri(URL)
client = MlflowClient()
tag = sys.argv[2]
name = f"exp {tag} ü"
model_name = f"churn.{tag}"
exec(compile(open(os.path.join(os.path.dirname(__file__), "experiments.py")).read(), "experiments.py", "exec"))
exec(compile(open(os.path.join(os.path.dirname(__file__), "models.py")).read(), "models.py", "exec"))
exec(compile(open(os.path.join(os.path.dirname(__file__), "bad_input.py")).read(), "bad_input.py", "exec"))
json.dump({"results": results, "calls": calls}, sys.stdout)
