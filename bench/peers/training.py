"""Peers of training: writes the data sets as plain arrays, and trains one model of LightGBM, XGBoost or scikit-learn.

    training.py prepare DATA FOLDER       realtor, nslkdd, diabetes and kingcounty from DATA where they are; synthetic always
    training.py fit FOLDER SET PEER ROUNDS THREADS REPEATS

A set is NAME.json (names, categories, task), NAME.{train,test}.f32 (column by column, NaN = missing, categories as codes)
and NAME.{train,test}.f64 (the target). `fit` prints one JSON object: wall and CPU seconds of each repeat (from raw arrays
to the model: binning counts, as it does on our side), the score on the test part and the peak memory of the process.
"""

import json
import os
import resource
import sys
import time
import zlib
from pathlib import Path

if sys.argv[1] == "fit":
    os.environ["OMP_NUM_THREADS"] = sys.argv[6]
import numpy as np  # noqa: E402


def codes(train, values):
    known = {level: code for code, level in enumerate(sorted(train.dropna().astype(str).unique()))}
    return values.astype(str).where(values.notna()).map(known).astype("float64")


def write(folder, name, task, x, y, test, categories):
    import pandas as pd

    for column in categories:
        x[column] = codes(pd.Series(x[column][~test]), pd.Series(x[column]))
    counts = [int(x[column].max()) + 1 if column in categories else None for column in x]
    about = {"task": task, "names": list(x), "categories": counts, "train": int((~test).sum()), "test": int(test.sum())}
    for part, rows in (("train", ~test), ("test", test)):
        np.stack([x[column].to_numpy(np.float32)[rows] for column in x]).tofile(folder / f"{name}.{part}.f32")
        np.asarray(y, np.float64)[rows].tofile(folder / f"{name}.{part}.f64")
    (folder / f"{name}.json").write_text(json.dumps(about))


def by_key(keys):
    return np.fromiter((zlib.crc32(key.encode()) % 5 == 0 for key in keys), bool, len(keys))


def realtor(data, folder):
    import pandas as pd

    frame = pd.read_parquet(data / "realtor" / "realtor-data.sample362k.parquet")
    frame = frame[frame.price.notna() & (frame.price > 0)].reset_index(drop=True)
    property = ["bed", "bath", "acre_lot", "city", "state", "zip_code", "house_size"]
    keys = ["|".join(map(str, row)) for row in frame[property].itertuples(index=False)]
    x = frame[["bed", "bath", "acre_lot", "house_size", "zip_code"]].astype("float64")
    x["rooms"] = x.bed + x.bath
    x["bath_per_bed"] = x.bath / x.bed.clip(lower=1)
    x["size_per_room"] = x.house_size / x.rooms.clip(lower=1)
    x["size_per_bed"] = x.house_size / x.bed.clip(lower=1)
    x["lot_to_house"] = x.acre_lot * 43560 / x.house_size
    x["sold_year"] = pd.to_numeric(frame.prev_sold_date.astype(object).str.slice(-4), errors="coerce").astype("float64")
    x["brokered_by"] = pd.to_numeric(frame.brokered_by, errors="coerce").astype("float64") if "brokered_by" in frame else 0.0
    x["street"] = pd.to_numeric(frame.street, errors="coerce").astype("float64") if "street" in frame else 0.0
    test = by_key(keys)
    city = frame.city.astype(object)
    counts = city[~test].value_counts()
    x["city_rows"] = city.map(counts).astype("float64")
    x["state"], x["status"] = frame.state, frame.status
    write(folder, "realtor", "regression", x, np.log1p(frame.price.to_numpy("float64")), test, ["state", "status"])


def nslkdd(data, folder):
    import pandas as pd

    parts = [pd.read_parquet(data / "nsl-kdd" / f"KDD{part}+.parquet") for part in ("Train", "Test")]
    frame = pd.concat(parts, ignore_index=True)
    test = np.arange(len(frame)) >= len(parts[0])
    texts = ["protocol_type", "service", "flag"]
    x = frame.drop(columns=["attack", "difficulty"])
    for column in x:
        x[column] = x[column].astype(object) if column in texts else x[column].astype("float64")
    write(folder, "nslkdd", "binary", x, (frame.attack.astype(str) != "normal").to_numpy(float), test, texts)


def diabetes(data, folder):
    import pandas as pd

    frame = pd.read_csv(data / "diabetes-130" / "diabetic_data.csv.gz", dtype=str, keep_default_na=False, na_values=["?"])
    x = frame.drop(columns=["encounter_id", "patient_nbr", "readmitted", "examide", "citoglipton", "diag_1", "diag_2", "diag_3"])
    numbers = [column for column in x if column.startswith("num") or column == "time_in_hospital"]
    for column in numbers:
        x[column] = x[column].astype("float64")
    rest = [column for column in x if column not in numbers]
    write(folder, "diabetes", "binary", x, (frame.readmitted == "<30").to_numpy(float), by_key(frame.patient_nbr), rest)


def kingcounty(data, folder):
    import pandas as pd

    frame = pd.read_csv(data / "king-county" / "kc_house_data.csv.gz")
    x = frame.drop(columns=["id", "date", "price"]).astype("float64")
    write(folder, "kingcounty", "regression", x, np.log1p(frame.price.to_numpy("float64")), by_key(frame.id.astype(str)), [])


def synthetic(_data, folder):
    """A million rows of 26 numbers and 2 categories in the manner of the Higgs set, 3 % missing; 100,000 more to test."""
    import pandas as pd

    random, rows = np.random.default_rng(11), 1_100_000
    x = {f"x{column}": random.normal(size=rows).astype(np.float32) for column in range(26)}
    groups = [random.integers(0, levels, rows) for levels in (12, 60)]
    effects = [random.normal(scale=0.7, size=levels) for levels in (12, 60)]
    margin = 0.8 * x["x0"] * x["x1"] + np.sin(2 * x["x2"]) + 0.5 * x["x3"] ** 2 - 0.4 * np.abs(x["x4"] * x["x5"])
    margin += 0.3 * x["x6"] - 0.2 * x["x7"] * (x["x8"] > 0) + effects[0][groups[0]] + effects[1][groups[1]]
    y = (random.random(rows) < 1 / (1 + np.exp(-margin))).astype(float)
    for column in range(26):
        x[f"x{column}"][random.random(rows) < 0.03] = np.nan
    frame = pd.DataFrame(x)
    frame["g0"], frame["g1"] = groups[0].astype(str), groups[1].astype(str)
    write(folder, "synthetic", "binary", frame, y, np.arange(rows) >= 1_000_000, ["g0", "g1"])


def prepare(data, folder):
    sources = {"realtor": "realtor", "nslkdd": "nsl-kdd", "diabetes": "diabetes-130", "kingcounty": "king-county", "synthetic": ""}
    made = []
    for name, source in sources.items():
        if not (data / source).is_dir() and source:
            continue
        if not (folder / f"{name}.json").exists():
            globals()[name](data, folder)
        made.append(name)
    print(json.dumps(made))


def load(folder, name, part, about):
    x = np.fromfile(folder / f"{name}.{part}.f32", np.float32).reshape(len(about["names"]), -1).T
    return x, np.fromfile(folder / f"{name}.{part}.f64", np.float64)


def trainer(peer, about, threads):
    """A function from rows, target and rounds to one that predicts (log-odds or value)."""
    binary = about["task"] == "binary"
    categories = [column for column, count in enumerate(about["categories"]) if count is not None]
    if peer.startswith("lightgbm"):
        import lightgbm

        parameters = {
            "objective": "binary" if binary else "regression", "num_leaves": 63, "learning_rate": 0.1, "num_threads": threads,
            "verbose": -1, "min_data_in_leaf": 20, "max_bin": 255, "use_quantized_grad": peer == "lightgbm-quantized", "force_row_wise": True,
        }  # fmt: skip

        def fit(x, y, rounds):
            data = lightgbm.Dataset(x, y, categorical_feature=categories, params=parameters)
            model = lightgbm.train(parameters, data, rounds)
            return lambda rows: model.predict(rows, raw_score=True)

        return fit
    if peer == "xgboost":
        import xgboost

        parameters = {"objective": "binary:logistic" if binary else "reg:squarederror", "max_depth": 6, "eta": 0.1, "nthread": threads}
        kinds = ["q" if count is None else "c" for count in about["categories"]]

        def fit(x, y, rounds):
            data = xgboost.QuantileDMatrix(x, y, nthread=threads, feature_types=kinds, enable_categorical=True)
            model = xgboost.train({**parameters, "tree_method": "hist"}, data, rounds)
            return lambda rows: model.predict(xgboost.DMatrix(rows, feature_types=kinds, enable_categorical=True), output_margin=True)

        return fit
    from sklearn import ensemble

    kind = ensemble.RandomForestClassifier if binary else ensemble.RandomForestRegressor

    def fit(x, y, _rounds):
        model = kind(n_estimators=50, max_depth=10, n_jobs=threads, random_state=1).fit(x, y)
        return (lambda rows: model.predict_proba(rows)[:, 1]) if binary else model.predict

    return fit


def score(about, truth, margin, is_probability):
    if about["task"] == "regression":
        return {"rmse": float(np.sqrt(np.mean((truth - margin) ** 2)))}
    from sklearn.metrics import log_loss, roc_auc_score

    probability = margin if is_probability else 1 / (1 + np.exp(-margin))
    return {"logloss": float(log_loss(truth, probability)), "auroc": float(roc_auc_score(truth, margin))}


def fit(folder, name, peer, rounds, threads, repeats):
    about = json.loads((folder / f"{name}.json").read_text())
    x, y = load(folder, name, "train", about)
    train = trainer(peer, about, threads)
    train(x[:2000], y[:2000], 2)
    walls, cpus, predict = [], [], None
    for _ in range(repeats):
        started, used = time.perf_counter(), time.process_time()
        predict = train(x, y, rounds)
        walls.append(time.perf_counter() - started)
        cpus.append(time.process_time() - used)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    xt, yt = load(folder, name, "test", about)
    print(json.dumps({"wall": walls, "cpu": cpus, "peakMiB": peak, "score": score(about, yt, predict(xt), peer == "sklearn-forest")}))


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        fit(Path(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]), int(sys.argv[6]), int(sys.argv[7]))
