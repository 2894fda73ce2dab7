"""100 users of Atalaya: predictions, explanations, probes, and now and then a reload.

    pip install -r deploy/load/requirements.txt
    locust -f deploy/load/locustfile.py --headless -u 100 -r 20 -t 10m --host http://127.0.0.1:4600 --html locust.html

A budget that is exceeded, or one failed request, makes the exit code 1. Settings come from the environment: PIPELINE,
PREDICT_MS, EXPLAIN_MS.
"""

import os
import random

from locust import FastHttpUser, between, events, task

PIPELINE = os.environ.get("PIPELINE", "house-prices")
# 95 % of the requests, in milliseconds.
BUDGETS = {
    "predict": float(os.environ.get("PREDICT_MS", "50")),
    "explain": float(os.environ.get("EXPLAIN_MS", "100")),
}


def varied(row):
    """The same row with other numbers: no two requests are alike."""
    return {
        name: value * random.uniform(0.95, 1.05) if isinstance(value, float) and not value.is_integer() else value
        for name, value in row.items()
    }


class Caller(FastHttpUser):
    wait_time = between(0.5, 1.5)
    network_timeout = 30.0

    def on_start(self):
        answer = self.client.get(f"/v1/pipelines/{PIPELINE}", name="example")
        self.row = answer.json()["example"]

    @task(75)
    def predict(self):
        self.ask("predict", "prediction")

    @task(20)
    def explain(self):
        self.ask("explain", "explanation")

    @task(5)
    def health(self):
        self.client.get("/health", name="health")

    def ask(self, action, expected):
        path = f"/v1/pipelines/{PIPELINE}/{action}"
        with self.client.post(path, json=varied(self.row), name=action, catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(f"status {answer.status_code}")
            elif expected not in answer.json():
                answer.failure(f"no {expected}")


class Operator(FastHttpUser):
    """One user loads the model anew while the others are answered."""

    fixed_count = 1
    wait_time = between(4, 6)

    @task
    def reload(self):
        self.client.post(f"/v1/pipelines/{PIPELINE}/reload", json={}, name="reload")


@events.quitting.add_listener
def judge(environment, **_):
    total = environment.stats.total
    problems = [] if total.num_failures == 0 else [f"{total.num_failures} of {total.num_requests} requests failed"]
    if total.num_requests == 0:
        problems.append("nothing was asked")
    for action, most in BUDGETS.items():
        took = environment.stats.get(action, "POST").get_response_time_percentile(0.95) or 0
        if took > most:
            problems.append(f"p(95) of {action} is {took} ms, more than {most} ms")
    for problem in problems:
        print(f"budget exceeded: {problem}")
    environment.process_exit_code = 1 if problems else 0
