"""Fifty clients of the real `mlflow` package log to one server at once, each to a run of its own and all to one run, for as many
seconds as asked. Then every point that was acknowledged is looked for, and every point that is there is counted.

    crowd.py URL SECONDS
"""
import json
import logging
import os
import sys
import threading
import time

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", GIT_PYTHON_REFRESH="quiet")
from mlflow.entities import Metric, Param, RunTag  # noqa: E402
from mlflow.tracking import MlflowClient  # noqa: E402

logging.disable(logging.WARNING)
URL, SECONDS, CLIENTS, POINTS = sys.argv[1].rstrip("/"), float(sys.argv[2]), 50, 10
client = MlflowClient(URL)
experiment = client.create_experiment(f"crowd {time.time_ns()}")
shared = client.create_run(experiment).info.run_id
failures = []
lock = threading.Lock()
start = threading.Barrier(CLIENTS + 1)


class Crowd(threading.Thread):
    """One client. `own` and `common` are the points that it was told are kept."""

    def __init__(self, number):
        super().__init__(daemon=True)
        self.number, self.own, self.common, self.calls = number, [], [], 0

    def run(self):
        client = MlflowClient(URL)
        self.id = client.create_run(experiment, run_name=f"client {self.number}").info.run_id
        start.wait()
        end = time.monotonic() + SECONDS
        step = 0
        try:
            while time.monotonic() < end:
                self.round(client, step)
                step += 1
        except Exception as error:  # noqa: BLE001
            with lock:
                failures.append(f"client {self.number}, step {step}: {error}")

    def round(self, client, step):
        at = 1_700_000_000_000 + step
        client.log_metric(self.id, "alone", step + self.number / 100, timestamp=at, step=step)
        self.own.append(("alone", step, at, step + self.number / 100))
        points = [Metric(f"own {place}", step * place, at, step) for place in range(POINTS)]
        common = Metric("common", self.number, at, step)
        tags = [RunTag("last", str(step))]
        params = [Param("number", str(self.number))]
        client.log_batch(self.id, metrics=points, params=params, tags=tags)
        self.own += [(metric.key, step, at, metric.value) for metric in points]
        # A client that heard nothing sends again; the one point of all clients' steps is told apart by its value.
        for _ in range(2 if step % 4 == 0 else 1):
            client.log_batch(shared, metrics=[common])
            self.calls += 1
        self.common.append(("common", step, at, float(self.number)))
        self.calls += 2


def points(run, key):
    return [(metric.key, metric.step, metric.timestamp, metric.value) for metric in client.get_metric_history(run, key)]


def compare(found, expected):
    """Points that are missing, that are there more than once, and that nobody logged."""
    kept, wanted = set(found), set(expected)
    return len(wanted - kept), len(found) - len(kept), len(kept - wanted)


crowd = [Crowd(number) for number in range(CLIENTS)]
for each in crowd:
    each.start()
start.wait()
begin = time.monotonic()
for each in crowd:
    each.join()
seconds = time.monotonic() - begin
checks = [compare(points(shared, "common"), [point for each in crowd for point in each.common])]
latest = 0
for each in crowd:
    keys = ["alone", *(f"own {place}" for place in range(POINTS))]
    checks.append(compare([point for key in keys for point in points(each.id, key)], each.own))
    run = client.get_run(each.id)
    last = each.own[-1][1]
    is_latest = run.data.metrics["own 9"] == last * 9 and run.data.tags["last"] == str(last)
    latest += not (is_latest and run.data.params == {"number": str(each.number)})
print(json.dumps({
    "seconds": round(seconds, 1),
    "clients": CLIENTS,
    "calls": sum(each.calls for each in crowd),
    "points": sum(len(each.own) + len(each.common) for each in crowd),
    "fewest_rounds": min(len(each.common) for each in crowd),
    "lost": sum(lost for lost, _, _ in checks),
    "double": sum(double for _, double, _ in checks),
    "foreign": sum(foreign for _, _, foreign in checks),
    "not_latest": latest,
    "failures": failures[:5],
}))
