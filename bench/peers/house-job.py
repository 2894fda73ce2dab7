"""The whole house-price job as people write it: as a script, or as a Prefect 3 flow of the same functions.

house-job.py prepare DATA FOLDER     not timed: CSV batches of 15,000 rows as they would arrive, and the held-out rows
house-job.py script FOLDER STORE     TRIALS and THREADS from the environment
house-job.py prefect FOLDER STORE
Each prints one line of JSON. The held-out rows (one property of five, by crc32) are the same for everybody: column `part`.
"""
import json, os, sys, zlib
from pathlib import Path

BATCH = 15_000
TRIALS, THREADS = int(os.environ.get("TRIALS", 10)), int(os.environ.get("THREADS", 2))
KEY = ["bed", "bath", "acre_lot", "city", "state", "zip_code", "house_size"]
LIMITS = {"bed": (0, 200), "bath": (0, 200), "acre_lot": (0, 100_000), "house_size": (100, 2_000_000)}


def prepare(data, folder):
    import pandas as pd
    folder.mkdir(parents=True, exist_ok=True)
    df = pd.read_parquet(data / "realtor" / "realtor-data.sample362k.parquet").sample(frac=1, random_state=7)
    text = lambda c: df[c].astype(object).where(df[c].notna(), "").astype(str).tolist()
    keys = ["|".join(t) for t in zip(*map(text, KEY))]
    df["part"] = ["test" if zlib.crc32(k.encode()) % 5 == 0 else "train" for k in keys]
    for i in range(0, len(df), BATCH):
        df.iloc[i:i + BATCH].to_csv(folder / f"batch-{i // BATCH:03}.csv", index=False)
    return {"rows": len(df), "batches": -(-len(df) // BATCH)}


def ingest(folder):
    import pandas as pd
    return pd.concat([pd.read_csv(f) for f in sorted(folder.glob("*.csv"))], ignore_index=True)


def clean(df):
    """The contract of the product's pipeline, and each row once."""
    df = df[df.price.notna() & (df.price >= 10_000) & (df.price <= 10_000_000)].drop_duplicates()
    for c, (low, high) in LIMITS.items():
        df = df[df[c].isna() | ((df[c] >= low) & (df[c] <= high))]
    return df.reset_index(drop=True)


def target_encode(category, y, prior=20.0):
    import pandas as pd
    mean = float(y.mean())
    g = pd.DataFrame({"c": category, "y": y}).groupby("c").y.agg(["sum", "count"])
    return (g["sum"] + prior * mean) / (g["count"] + prior), mean


def transform(df):
    """Features; the state's target encoding is learned on the training rows only."""
    import numpy as np
    test, y = (df.part == "test").to_numpy(), np.log1p(df.price.to_numpy("float64"))
    means, mean = target_encode(df.state[~test], y[~test])
    x = df[["bed", "bath", "acre_lot", "house_size"]].astype("float64").copy()
    x["state_te"] = df.state.map(means).astype("float64").fillna(mean)
    x["rooms"] = x.bed + x.bath
    x["bath_per_bed"] = x.bath / x.bed.clip(lower=1)
    x["size_per_room"] = x.house_size / x.rooms.clip(lower=1)
    x["size_per_bed"] = x.house_size / x.bed.clip(lower=1)
    x["log_size"], x["log_acre"] = np.log1p(x.house_size), np.log1p(x.acre_lot)
    return x[~test], y[~test], x[test], y[test]


def drift(x_train, x_new):
    from scipy.stats import ks_2samp
    return {c: float(ks_2samp(x_train[c].dropna(), x_new[c].dropna()).pvalue) for c in x_train}


def tune(x, y):
    import numpy as np, optuna, xgboost as xgb
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    valid = np.random.default_rng(0).random(len(y)) < 0.2
    xt, yt, xv, yv = x[~valid], y[~valid], x[valid], y[valid]

    def objective(t):
        model = xgb.XGBRegressor(
            n_estimators=t.suggest_int("n_estimators", 50, 300), max_depth=t.suggest_int("max_depth", 3, 10),
            learning_rate=t.suggest_float("learning_rate", 0.03, 0.3, log=True), subsample=t.suggest_float("subsample", 0.6, 1),
            colsample_bytree=t.suggest_float("colsample_bytree", 0.6, 1),
            min_child_weight=t.suggest_float("min_child_weight", 1, 20, log=True),
            tree_method="hist", n_jobs=THREADS, random_state=42).fit(xt, yt)
        return float(np.sqrt(np.mean((model.predict(xv) - yv) ** 2)))
    study = optuna.create_study(direction="minimize", sampler=optuna.samplers.TPESampler(seed=42))
    study.optimize(objective, n_trials=TRIALS)
    return study.best_params


def train(x, y, params):
    import xgboost as xgb
    return xgb.XGBRegressor(**params, tree_method="hist", n_jobs=THREADS, random_state=42).fit(x, y)


def evaluate(model, x, y):
    import numpy as np
    p = model.predict(x)
    e, pe = p - y, np.expm1(p) - np.expm1(y)
    return {"rmse_log": float(np.sqrt(np.mean(e ** 2))), "rmse": float(np.sqrt(np.mean(pe ** 2))), "mae": float(np.mean(np.abs(pe)))}


def register(model, params, metrics, x, store):
    import mlflow, mlflow.xgboost
    store.mkdir(parents=True, exist_ok=True)
    mlflow.set_tracking_uri(f"sqlite:///{store / 'mlflow.db'}")
    if mlflow.get_experiment_by_name("house") is None:
        mlflow.create_experiment("house", artifact_location=(store / "artifacts").as_uri())
    mlflow.set_experiment("house")
    with mlflow.start_run():
        mlflow.log_params(params)
        mlflow.log_metrics(metrics)
        info = mlflow.xgboost.log_model(model, name="model", registered_model_name="house", model_format="json",
                                        signature=mlflow.models.infer_signature(x.head(5), model.predict(x.head(5))),
                                        pip_requirements=["xgboost"])
    mlflow.MlflowClient().set_registered_model_alias("house", "champion", info.registered_model_version)


def explain(model, x):
    import numpy as np, shap
    return np.abs(shap.TreeExplainer(model).shap_values(x.head(1_000))).mean(axis=0)


def job(folder, store, task):
    step = {f.__name__: task(f) for f in (ingest, clean, transform, drift, tune, train, evaluate, register, explain)}
    df = step["clean"](step["ingest"](folder))
    x, y, xt, yt = step["transform"](df)
    step["drift"](x, xt)
    params = step["tune"](x, y)
    model = step["train"](x, y, params)
    metrics = step["evaluate"](model, xt, yt)
    step["register"](model, params, metrics, xt, store)
    step["explain"](model, xt)
    return {**metrics, "rows": len(df), "held_out": len(yt)}


def quiet(store):
    for name in ("MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        os.environ[name] = "true"
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    os.environ.setdefault("PREFECT_HOME", str(store / "prefect"))
    Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_MEMO_STORE_PATH", os.environ["PREFECT_HOME"] + "/memo_store.toml")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")


def main():
    what, folder, store = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]).resolve()
    if what == "prepare":
        return prepare(folder, store)
    quiet(store)
    if what == "script":
        return job(folder, store, lambda f: f)
    from prefect import flow, task
    options = dict(retries=1, persist_result=False, cache_policy=None)
    return flow(name="house-price")(lambda: job(folder, store, lambda f: task(f, name=f.__name__, **options)))()


print(json.dumps(main()), flush=True)
