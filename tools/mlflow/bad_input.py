# What a client should not send, and how it is told. Run by operations.py, whose names it uses.
bad_run = client.create_run(experiment, start_time=1, run_name="bad input").info.run_id


def raw_get(path):
    """Without the client's own tidying of addresses."""
    import http.client as connections
    connection = connections.HTTPConnection(URL.split("//")[1], timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def batch(**body):
    return post_json("runs/log-batch", run_id=bad_run, **body)


def metric(key="m", value=1, timestamp=5, **more):
    return {"key": key, "value": value, "timestamp": timestamp, **more}


operation("bad input: no name")(lambda: post_json("experiments/create"))
operation("bad input: name of another type")(lambda: post_json("experiments/create", name=5))
operation("bad input: experiment id that is no number")(lambda: get_json("experiments/get", experiment_id="abc"))
operation("bad input: unknown experiment")(lambda: get_json("experiments/get", experiment_id="987654"))
operation("bad input: name of 600 characters")(lambda: post_json("experiments/create", name="x" * 600))
operation("bad input: metric name")(lambda: batch(metrics=[metric("a?b")]))
operation("bad input: metric that leaves its folder")(lambda: batch(metrics=[metric("../x")]))
operation("bad input: parameter name")(lambda: post_json("runs/log-parameter", run_id=bad_run, key="a;b", value="1"))
operation("bad input: parameter name of 300 characters")(lambda: post_json("runs/log-parameter", run_id=bad_run, key="x" * 300, value="1"))
operation("bad input: tag name")(lambda: post_json("runs/set-tag", run_id=bad_run, key="/a", value="1"))
operation("bad input: value of a metric is a text")(lambda: batch(metrics=[metric(value="x")])["status"])
operation("bad input: no value")(lambda: post_json("runs/log-metric", run_id=bad_run, key="m", timestamp=1)["status"])
operation("bad input: negative time")(lambda: batch(metrics=[metric(timestamp=-1)]))
operation("bad input: NaN and infinities as words")(lambda: [batch(metrics=[metric("n", "NaN"), metric("i", "Infinity"), metric("j", "-Infinity")]), {k: v for k, v in client.get_run(bad_run).data.metrics.items() if k in "nij"}])
operation("bad input: the same parameter twice in a batch")(lambda: batch(params=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]))
operation("bad input: 101 parameters")(lambda: batch(params=[{"key": f"p{i}", "value": "1"} for i in range(101)]))
operation("bad input: 1001 metrics")(lambda: batch(metrics=[metric(step=i) for i in range(1001)]))
operation("bad input: nothing of a refused batch is kept")(lambda: client.get_run(bad_run).data.params)
operation("bad input: the same metric twice")(lambda: [batch(metrics=[metric("twice"), metric("twice")]), len(client.get_metric_history(bad_run, "twice"))])
operation("bad input: a batch with a changed parameter")(lambda: [batch(params=[{"key": "a", "value": "1"}])["status"], batch(params=[{"key": "a", "value": "2"}], metrics=[metric("late")])["status"], "late" in client.get_run(bad_run).data.metrics])
operation("bad input: a value of 1 MB is cut")(lambda: [batch(tags=[{"key": "long", "value": "x" * 1_000_000}])["status"], len(client.get_run(bad_run).data.tags["long"])])
operation("bad input: 10,000 tags")(lambda: [[batch(tags=[{"key": f"t{j}", "value": "v"} for j in range(i, i + 100)])["status"] for i in range(0, 10_000, 100)].count(200), len(client.get_run(bad_run).data.tags)])
operation("bad input: names of other scripts")(lambda: [batch(tags=[{"key": "名前", "value": "値 🙂"}])["status"], client.get_run(bad_run).data.tags.get("名前")])
operation("bad input: a run id that is none")(lambda: post_json("runs/log-batch", run_id="../x"))
operation("bad input: no JSON")(lambda: http("POST", "/api/2.0/mlflow/experiments/create", data="{", headers={"Content-Type": "application/json"})["status"])
operation("bad input: model name")(lambda: post_json("registered-models/create", name="a/b"))
operation("bad input: empty model name")(lambda: post_json("registered-models/create", name=" ")["status"])
operation("bad input: version of an unknown model")(lambda: post_json("model-versions/create", name="nobody", source="s3://bucket/x"))
client.create_registered_model(f"{model_name} bad")
operation("bad input: source on the server's disk")(lambda: post_json("model-versions/create", name=f"{model_name} bad", source="/etc/passwd"))
operation("bad input: source that climbs")(lambda: post_json("model-versions/create", name=f"{model_name} bad", source="s3://bucket/../../x"))
operation("bad input: source of another run")(lambda: post_json("model-versions/create", name=f"{model_name} bad", source=f"runs:/{bad_run}/model", run_id=models_run_id))
for path in ["..%2f..%2fetc%2fpasswd", "a/%2e%2e/%2e%2e/b", "%252e%252e%252fx", "..%5c..%5cx"]:
    operation(f"bad input: artifact {path}")(lambda path=path: {"refused": 400 <= raw_get(f"/api/2.0/mlflow-artifacts/artifacts/{path}") < 500})
operation("bad input: list above the root")(lambda: http("GET", "/api/2.0/mlflow-artifacts/artifacts", params={"path": "../.."}))
operation("bad input: artifacts of a run above its folder")(lambda: get_json("artifacts/list", run_id=bad_run, path="../.."))
link_folder = tempfile.mkdtemp()
with open(os.path.join(link_folder, "target.txt"), "w") as target:
    target.write("what the link points to")
os.symlink(os.path.join(link_folder, "target.txt"), os.path.join(link_folder, "link.txt"))
operation("bad input: a symbolic link is logged as what it points to")(lambda: [client.log_artifact(bad_run, os.path.join(link_folder, "link.txt"), "links"), [[f.path, f.is_dir, f.file_size] for f in client.list_artifacts(bad_run, "links")], open(client.download_artifacts(bad_run, "links/link.txt")).read()])
