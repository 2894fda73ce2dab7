# Logged models, registered models, autologging. Run by operations.py, whose names it uses.
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV

random = np.random.default_rng(7)
frame = pd.DataFrame(random.normal(size=(60, 3)), columns=["a", "b", "c"])
target = frame.a * 2 - frame.b + 0.5
regression = LinearRegression().fit(frame, target)

with mlflow.start_run(experiment_id=experiment, run_name="models") as models_run:
    mlflow.log_param("p", 1)
    first = mlflow.sklearn.log_model(regression, name="model", input_example=frame.head(2), registered_model_name=model_name)
    mlflow.log_metric("auc", 0.7, model_id=first.model_id, timestamp=1_700_000_000_000)
    second_model = mlflow.sklearn.log_model(Ridge().fit(frame, target), name="other")
models_run_id = models_run.info.run_id


def without_size(value):
    """Sizes, hashes and versions of what Python wrote differ between two runs of it."""
    if isinstance(value, dict):
        return {k: without_size(v) for k, v in value.items() if k not in ("model_uuid", "model_size_bytes", "utc_time_created", "file_size")}
    return [without_size(v) for v in value] if isinstance(value, list) else value


operation("logged models: get")(lambda: client.get_logged_model(first.model_id))
operation("logged models: as JSON")(lambda: get_json(f"logged-models/{first.model_id}"))
operation("logged models: unknown")(lambda: client.get_logged_model("m-" + "0" * 32))
operation("logged models: set tags")(lambda: client.set_logged_model_tags(first.model_id, {"x": "y", "z": "1"}))
operation("logged models: delete tag")(lambda: client.delete_logged_model_tag(first.model_id, "z"))
operation("logged models: delete unknown tag")(lambda: client.delete_logged_model_tag(first.model_id, "z"))
operation("logged models: search by name")(lambda: [m.name for m in client.search_logged_models([experiment], "name = 'model'")])
operation("logged models: search by metric")(lambda: [m.name for m in client.search_logged_models([experiment], "metrics.auc > 0.5 AND tags.x = 'y'")])
operation("logged models: ordered")(lambda: [m.name for m in client.search_logged_models([experiment], order_by=[{"field_name": "metrics.auc", "ascending": False}])])
operation("logged models: ordered by name")(lambda: [m.name for m in client.search_logged_models([experiment], order_by=[{"field_name": "name", "ascending": True}], max_results=1)])
# In no order that MLflow states: it follows ids, which are random.
operation("logged models: outputs of the run")(lambda: sorted((client.get_logged_model(o.model_id).name, o.step) for o in client.get_run(models_run_id).outputs.model_outputs))
operation("logged models: files")(lambda: sorted(f.path for f in client.list_artifacts(models_run_id, "model")))
operation("logged models: finalize")(lambda: client.finalize_logged_model(second_model.model_id, "FAILED").status)
operation("logged models: load")(lambda: np.round(mlflow.pyfunc.load_model(f"models:/{first.model_id}").predict(frame.head(3)), 6))

operation("models: register again")(lambda: mlflow.register_model(f"models:/{first.model_id}", model_name).version)
operation("models: register from a run")(lambda: client.create_model_version(model_name, f"runs:/{models_run_id}/model", models_run_id).version)
operation("models: create twice")(lambda: client.create_registered_model(model_name))
operation("models: create")(lambda: client.create_registered_model(f"{model_name} two", {"owner": "me"}, "about it"))
operation("models: get")(lambda: client.get_registered_model(model_name))
operation("models: unknown")(lambda: client.get_registered_model("nobody"))
operation("models: describe")(lambda: client.update_registered_model(model_name, "for churn"))
operation("models: set tag")(lambda: client.set_registered_model_tag(model_name, "owner", "me"))
operation("models: delete tag")(lambda: client.delete_registered_model_tag(f"{model_name} two", "owner"))
operation("models: delete unknown tag")(lambda: client.delete_registered_model_tag(f"{model_name} two", "owner"))
operation("models: set alias")(lambda: client.set_registered_model_alias(model_name, "production", 1))
operation("models: get by alias")(lambda: client.get_model_version_by_alias(model_name, "production"))
operation("models: move alias")(lambda: client.set_registered_model_alias(model_name, "production", "2"))
operation("models: moved alias")(lambda: client.get_model_version_by_alias(model_name, "production").version)
operation("models: unknown alias")(lambda: client.get_model_version_by_alias(model_name, "nothing"))
operation("models: latest as alias")(lambda: client.get_model_version_by_alias(model_name, "latest").version)
operation("models: alias on an unknown version")(lambda: client.set_registered_model_alias(model_name, "production", 99))
operation("models: reserved alias")(lambda: client.set_registered_model_alias(model_name, "latest", 1))
operation("models: reserved alias of a version")(lambda: client.set_registered_model_alias(model_name, "v1", 1))
operation("models: invalid alias")(lambda: client.set_registered_model_alias(model_name, "a b", 1))
operation("versions: get")(lambda: client.get_model_version(model_name, 1))
operation("versions: unknown")(lambda: client.get_model_version(model_name, 99))
operation("versions: number that is none")(lambda: client.get_model_version(model_name, "one"))
operation("versions: describe")(lambda: client.update_model_version(model_name, 1, "the first"))
operation("versions: set tag")(lambda: client.set_model_version_tag(model_name, 1, "checked", "yes"))
operation("versions: delete tag")(lambda: client.delete_model_version_tag(model_name, 1, "nothing"))
operation("versions: address of files")(lambda: client.get_model_version_download_uri(model_name, 1))
operation("versions: to a stage")(lambda: client.transition_model_version_stage(model_name, 2, "staging"))
operation("versions: to an unknown stage")(lambda: client.transition_model_version_stage(model_name, 2, "nowhere"))
operation("versions: to a stage, others archived")(lambda: client.transition_model_version_stage(model_name, 1, "Staging", archive_existing_versions=True))
operation("versions: latest of each stage")(lambda: sorted(v.version for v in client.get_latest_versions(model_name)))
operation("versions: search by name")(lambda: [(v.version, v.current_stage, v.tags) for v in client.search_model_versions(f"name = '{model_name}'", order_by=["version_number ASC"])])
operation("versions: search by run")(lambda: sorted(v.version for v in client.search_model_versions(f"run_id = '{models_run_id}'")))
operation("versions: search by tag")(lambda: [v.version for v in client.search_model_versions(f"tags.checked = 'yes' and name LIKE 'churn.{tag}%'")])
operation("versions: page by page")(lambda: [[v.version for v in client.search_model_versions(f"name = '{model_name}'", max_results=2, order_by=["version_number DESC"])]])
operation("models: search")(lambda: [m.name for m in client.search_registered_models(f"name LIKE 'churn.{tag}%'", order_by=["name DESC"])])
operation("models: search, as entities")(lambda: client.search_registered_models(f"name = '{model_name}'"))
operation("models: search by tag")(lambda: [m.name for m in client.search_registered_models(f"tags.owner = 'me' and name ILIKE 'CHURN.{tag}%'")])
operation("models: load by alias")(lambda: np.round(mlflow.pyfunc.load_model(f"models:/{model_name}@production").predict(frame.head(3)), 6))
operation("models: load by number")(lambda: np.round(mlflow.sklearn.load_model(f"models:/{model_name}/1").predict(frame.head(3)), 6))
operation("models: files of a version")(lambda: sorted(os.listdir(mlflow.artifacts.download_artifacts(f"models:/{model_name}/1"))))
operation("models: copy a version")(lambda: client.copy_model_version(f"models:/{model_name}/1", f"{model_name} copy"))
operation("models: delete alias")(lambda: client.delete_registered_model_alias(model_name, "production"))
operation("models: delete alias twice")(lambda: client.delete_registered_model_alias(model_name, "production"))
operation("versions: delete")(lambda: client.delete_model_version(model_name, 3))
operation("versions: deleted")(lambda: client.get_model_version(model_name, 3))
operation("models: rename")(lambda: client.rename_registered_model(model_name, f"{model_name} renamed"))
operation("models: rename to a name in use")(lambda: {"error": get_error(lambda: client.rename_registered_model(f"{model_name} renamed", f"{model_name} two"))[:5]})
operation("models: delete")(lambda: client.delete_registered_model(f"{model_name} renamed"))
operation("models: deleted")(lambda: client.get_registered_model(f"{model_name} renamed"))
operation("logged models: delete")(lambda: client.delete_logged_model(second_model.model_id))
operation("logged models: deleted")(lambda: client.get_logged_model(second_model.model_id))


def summary(found, keep=lambda key: True):
    return {"params": {k: v for k, v in found.data.params.items() if keep(k)}, "metrics": sorted(found.data.metrics), "status": found.info.status,
            "tags": {k: v for k, v in found.data.tags.items() if k in ("estimator_name", "estimator_class", "mlflow.source.type")},
            "datasets": [d.dataset.name for d in found.inputs.dataset_inputs], "outputs": len(found.outputs.model_outputs if found.outputs else [])}


def autologged(fit, **options):
    mlflow.set_experiment(name)
    with mlflow.start_run() as logged:
        fit()
    return client.get_run(logged.info.run_id)


mlflow.sklearn.autolog(log_input_examples=True, silent=True)
operation("autolog: scikit-learn")(lambda: summary(autologged(lambda: Ridge(alpha=0.5).fit(frame, target))))
operation("autolog: scikit-learn, a search with nested runs")(lambda: summary(autologged(lambda: GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2).fit(frame, target))))
mlflow.sklearn.autolog(disable=True)
try:
    import xgboost

    mlflow.xgboost.autolog(silent=True)
    operation("autolog: XGBoost")(lambda: summary(autologged(lambda: xgboost.train({"max_depth": 2, "eta": 0.3}, xgboost.DMatrix(frame, target), 8, evals=[(xgboost.DMatrix(frame, target), "train")], verbose_eval=False))))
    operation("autolog: history of XGBoost's metric")(lambda: len(client.get_metric_history(client.search_runs([experiment], "metrics.`train-rmse` > 0")[0].info.run_id, "train-rmse")))
    mlflow.xgboost.autolog(disable=True)
except ImportError:
    results["autolog: XGBoost"] = {"failed": "xgboost is not installed"}
