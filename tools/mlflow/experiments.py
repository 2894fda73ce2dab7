# Experiments, runs, metrics, artifacts. Run by operations.py, whose names it uses.
experiment = client.create_experiment(name, tags={"team": "risk", "stage": "draft"})
second = client.create_experiment(f"{name} two")

operation("experiments: get")(lambda: client.get_experiment(experiment))
operation("experiments: get by name")(lambda: client.get_experiment_by_name(name))
operation("experiments: unknown name is none")(lambda: client.get_experiment_by_name("nobody"))
operation("experiments: create twice")(lambda: client.create_experiment(name))
operation("experiments: set tag")(lambda: client.set_experiment_tag(experiment, "team", "pricing"))
operation("experiments: delete tag")(lambda: client.delete_experiment_tag(experiment, "stage"))
operation("experiments: tags after that")(lambda: client.get_experiment(experiment).tags)
operation("experiments: search by name")(lambda: client.search_experiments(filter_string=f"name LIKE 'exp {tag}%'", order_by=["name ASC"]))
operation("experiments: search by tag")(lambda: client.search_experiments(filter_string="tags.team = 'pricing'", max_results=1))
operation("experiments: rename")(lambda: client.rename_experiment(second, f"{name} three"))
operation("experiments: delete")(lambda: client.delete_experiment(second))
operation("experiments: deleted ones")(lambda: [e.name for e in client.search_experiments(view_type=ViewType.DELETED_ONLY, filter_string=f"name LIKE 'exp {tag}%'")])
operation("experiments: rename a deleted one")(lambda: client.rename_experiment(second, "again"))
operation("experiments: run in a deleted one")(lambda: client.create_run(second))
operation("experiments: restore")(lambda: client.restore_experiment(second))
operation("experiments: restore twice")(lambda: client.restore_experiment(second))
operation("experiments: set_experiment of a new name")(lambda: mlflow.set_experiment(f"{name} four").name)
mlflow.set_experiment(name)

run = client.create_run(experiment, start_time=1_700_000_000_000, run_name="first", tags={"a": "b"})
run_id = run.info.run_id
operation("runs: create")(lambda: run)
operation("runs: log parameter")(lambda: client.log_param(run_id, "lr", 0.1))
operation("runs: same parameter again")(lambda: client.log_param(run_id, "lr", 0.1))
operation("runs: change a parameter")(lambda: client.log_param(run_id, "lr", 0.2))
operation("runs: log metric")(lambda: client.log_metric(run_id, "acc", 0.9, timestamp=1_700_000_000_001, step=1))
operation("runs: log batch")(lambda: client.log_batch(
    run_id,
    [Metric("acc", 0.8, 1_700_000_000_005, 0), Metric("loss", float("nan"), 1_700_000_000_002, 3), Metric("big", float("inf"), 5, 0),
     Metric("acc", 0.9, 1_700_000_000_001, 1), Metric("small", -float("inf"), 5, -2)],
    [Param("depth", "3"), Param("kind", "a'b\"c")], [RunTag("k", "v"), RunTag("é", "ü")]))
operation("runs: set tag")(lambda: client.set_tag(run_id, "k", "w"))
operation("runs: delete tag")(lambda: client.delete_tag(run_id, "a"))
operation("runs: delete unknown tag")(lambda: client.delete_tag(run_id, "nothing"))
operation("runs: history of a metric")(lambda: client.get_metric_history(run_id, "acc"))
operation("runs: history page by page")(lambda: [get_json("metrics/get-history", run_id=run_id, metric_key="acc", max_results=1),
                                                 get_json("metrics/get-history", run_id=run_id, metric_key="acc", max_results=1, page_token="eyJvZmZzZXQiOiAxfQ==")])
operation("runs: history of an unknown metric")(lambda: client.get_metric_history(run_id, "nothing"))
operation("runs: log inputs")(lambda: client.log_inputs(run_id, [DatasetInput(Dataset("train", "d1", "code", "{}", "[]", "{\"num_rows\": 3}"), [InputTag("mlflow.data.context", "training")])]))
operation("runs: rename")(lambda: client.update_run(run_id, status="RUNNING", name="renamed"))
operation("runs: as JSON")(lambda: get_json("runs/get", run_id=run_id))
operation("runs: name in the tag")(lambda: client.set_tag(run_id, "mlflow.runName", "named by tag"))
operation("runs: terminate")(lambda: client.set_terminated(run_id, "FINISHED", end_time=1_700_000_000_900))
operation("runs: get")(lambda: client.get_run(run_id))
operation("runs: unknown")(lambda: client.get_run("0" * 32))
operation("runs: delete")(lambda: client.delete_run(run_id))
operation("runs: log to a deleted one")(lambda: client.log_metric(run_id, "acc", 1.0))
operation("runs: restore")(lambda: client.restore_run(run_id))

with mlflow.start_run(experiment_id=experiment, run_name="parent") as parent:
    for depth in range(6):
        with mlflow.start_run(experiment_id=experiment, nested=True, run_name=f"child {depth}"):
            mlflow.log_params({"depth": depth, "kind": "tree" if depth % 2 else "Forest"})
            if depth != 4:
                mlflow.log_metric("rmse", float("nan") if depth == 5 else (depth * 7) % 5 / 10, step=depth)
            mlflow.set_tag("group", "x" if depth < 3 else "y")


def names(filter_string="", order_by=None, **more):
    return [r.info.run_name for r in client.search_runs([experiment], filter_string, order_by=order_by or ["attributes.run_name ASC"], **more)]


for text in [
    "metrics.rmse < 0.3", "metrics.rmse != 0.1", "metrics.rmse >= 0.2 and params.depth = '3'", "params.kind LIKE 'T%'", "params.kind ILIKE 't%'",
    "params.depth != '2'", "tags.group = 'x' AND metrics.rmse > 0", "tag.`group` = \"y\"", "attributes.status = 'FINISHED'", "run_name LIKE 'child%'",
    "attributes.start_time > 0", "params.depth IS NULL", "tags.group IS NOT NULL", "datasets.name = 'train'", "dataset.context = 'training'",
    f"attributes.run_id IN ('{run_id}', 'x')", f"tags.mlflow.parentRunId = '{parent.info.run_id}'", "params.kind = 'a'",
]:
    operation(f"search runs: {text.replace(run_id, '<run>').replace(parent.info.run_id, '<run>')}")(lambda text=text: names(text))
operation("search runs: ordered by a metric")(lambda: names("run_name LIKE 'child%'", ["metrics.rmse DESC", "run_name ASC"]))
operation("search runs: ordered by a metric upwards")(lambda: names("run_name LIKE 'child%'", ["metrics.rmse ASC", "params.depth DESC"]))
operation("search runs: ordered by a parameter and a tag")(lambda: names("", ["tags.group DESC", "params.`depth`", "run_name"]))


def pages():
    found, token = [], None
    while True:
        page = client.search_runs([experiment], order_by=["run_name ASC"], max_results=3, page_token=token)
        found.append([r.info.run_name for r in page])
        token = page.token
        if not token:
            return found


operation("search runs: page by page")(pages)
operation("search runs: as a table")(lambda: sorted(mlflow.search_runs([experiment], "metrics.rmse < 1").columns))
for text in ["metrics.rmse < 'a'", "params.depth = 3", "attributes.nothing = 'x'", "what.ever = 'x'", "metrics.rmse LIKE 'x'", "params.depth > '3'"]:
    operation(f"search runs, refused: {text}")(lambda text=text: {"error": http("POST", "/api/2.0/mlflow/runs/search", json={"experiment_ids": [experiment], "filter": text})["body"].get("error_code")})
operation("search runs: bad page token")(lambda: client.search_runs([experiment], page_token="x"))
operation("search runs: too many asked for")(lambda: post_json("runs/search", experiment_ids=[experiment], max_results=60000)["status"])

folder = tempfile.mkdtemp()
os.makedirs(f"{folder}/deep/er")
for path, text in [("a.txt", "hello"), ("deep/er/ü ö.json", "{\"x\": 1}"), ("empty", ""), ("big.bin", "0123456789" * 700_000)]:
    open(f"{folder}/{path}", "w").write(text)
operation("artifacts: log a file")(lambda: client.log_artifact(run_id, f"{folder}/a.txt", "dir"))
operation("artifacts: log a folder")(lambda: client.log_artifacts(run_id, folder, "all"))
operation("artifacts: log a value")(lambda: client.log_dict(run_id, {"a": [1, 2]}, "d.json"))
operation("artifacts: log a text")(lambda: client.log_text(run_id, "text", "t.txt"))
operation("artifacts: list the root")(lambda: client.list_artifacts(run_id))
operation("artifacts: list a folder")(lambda: client.list_artifacts(run_id, "all"))
operation("artifacts: list by the server")(lambda: get_json("artifacts/list", run_id=run_id, path="all/deep"))
operation("artifacts: list what is not there")(lambda: client.list_artifacts(run_id, "nothing"))


def downloaded(path):
    place = client.download_artifacts(run_id, path)
    if os.path.isfile(place):
        return len(open(place, "rb").read())
    return {os.path.relpath(os.path.join(d, f), place): os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(place) for f in fs}


operation("artifacts: download a file")(lambda: downloaded("dir/a.txt"))
operation("artifacts: download a folder")(lambda: downloaded("all"))
operation("artifacts: download what is not there")(lambda: {"is refused": "error" in str(get_error(lambda: downloaded("nothing.txt")))})


def get_error(work):
    try:
        return work()
    except Exception as error:  # noqa: BLE001
        return f"error {type(error).__name__}"


artifact_root = f"/api/2.0/mlflow-artifacts/artifacts/{run.info.artifact_uri.split(':/', 1)[1]}"
operation("artifacts: a range")(lambda: http("GET", f"{artifact_root}/dir/a.txt", headers={"Range": "bytes=1-3"}))
operation("artifacts: load text")(lambda: mlflow.artifacts.load_text(f"runs:/{run_id}/t.txt"))
operation("artifacts: load value")(lambda: mlflow.artifacts.load_dict(f"runs:/{run_id}/d.json"))
operation("artifacts: delete")(lambda: http("DELETE", f"{artifact_root}/all/deep")["status"])
operation("artifacts: after deletion")(lambda: client.list_artifacts(run_id, "all"))
