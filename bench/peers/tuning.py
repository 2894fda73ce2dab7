"""Peers of tuning and of two-sample tests: Optuna's TPE over XGBoost, SciPy's ks_2samp.

Started once by bench/suites/learn/tuning.mjs and statistics.mjs. Each line of stdin is one JSON object {"do": NAME, ...};
the answer is one line of JSON.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def realtor(data):
    frame = pd.read_parquet(data / "realtor" / "realtor-data.sample362k.parquet")
    frame = frame[frame.price.notna() & (frame.price > 0)].drop_duplicates().reset_index(drop=True)
    x = frame[["bed", "bath", "acre_lot", "house_size", "zip_code"]].astype("float64")
    for name in ("state", "city", "status"):
        x[name] = frame[name].astype("category").cat.codes.astype("float64")
    x["rooms"] = x.bed + x.bath
    x["sold_year"] = pd.to_numeric(frame.prev_sold_date.astype(object).str.slice(-4), errors="coerce").astype("float64")
    return x, np.log1p(frame.price.to_numpy("float64"))


def diabetes(data):
    frame = pd.read_csv(data / "diabetes-130" / "diabetic_data.csv.gz", dtype=str, keep_default_na=False, na_values=["?"])
    y = (frame.readmitted == "<30").to_numpy("float64")
    x = frame.drop(columns=["encounter_id", "patient_nbr", "readmitted", "examide", "citoglipton"])
    numbers = ["time_in_hospital"] + [c for c in x if c.startswith("num")]
    return pd.DataFrame({c: x[c].astype("float64") if c in numbers else codes(x[c]) for c in x}), y


def nslkdd(data):
    frame = pd.read_parquet(data / "nsl-kdd" / "KDDTrain+.parquet")
    y = (frame.attack.astype(str) != "normal").to_numpy("float64")
    x = frame.drop(columns=["attack", "difficulty"])
    return pd.DataFrame({c: codes(x[c]) if c in ("protocol_type", "service", "flag") else x[c].astype("float64") for c in x}), y


def codes(column):
    own = column.astype("category").cat.codes.astype("float64")
    return own.where(own >= 0)


class Peers:
    def __init__(self, data, folder):
        self.data, self.folder, self.sets = data, folder, {}

    def prepare_tuning(self, set, rows):
        """Writes the drawn rows, the last quarter of them for validation: float64 columns, then the target."""
        x, y = globals()[set](self.data)
        pick = np.random.default_rng(0).permutation(len(x))[:rows]
        x, y = x.to_numpy("float64")[pick], y[pick]
        self.sets[set] = x.astype("float32"), y
        np.ascontiguousarray(np.vstack([x.astype("float32").astype("float64").T, y])).tofile(self.folder / f"tuning-{set}.f64")
        return {"rows": len(x), "columns": x.shape[1]}

    def study(self, set, seed, trials, threads):
        """One study: the best score after each trial, and the seconds of the trials after the imports."""
        import optuna
        import xgboost

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        x, y = self.sets[set]
        cut, is_number = len(x) * 3 // 4, set == "realtor"
        kind = xgboost.XGBRegressor if is_number else xgboost.XGBClassifier

        def objective(trial):
            model = kind(
                n_estimators=trial.suggest_int("n_estimators", 50, 300),
                max_depth=trial.suggest_int("max_depth", 2, 10),
                learning_rate=trial.suggest_float("learning_rate", 0.01, 0.3, log=True),
                subsample=trial.suggest_float("subsample", 0.5, 1),
                colsample_bytree=trial.suggest_float("colsample_bytree", 0.4, 1),
                min_child_weight=trial.suggest_float("min_child_weight", 1, 50, log=True),
                reg_lambda=trial.suggest_float("reg_lambda", 0.01, 10, log=True),
                tree_method="hist",
                n_jobs=threads,
                random_state=42,
            ).fit(x[:cut], y[:cut])
            if is_number:
                return float(np.sqrt(np.mean((model.predict(x[cut:]) - y[cut:]) ** 2)))
            chance = np.clip(model.predict_proba(x[cut:])[:, 1].astype("float64"), 1e-15, 1 - 1e-15)
            return float(-np.mean(np.where(y[cut:] == 1, np.log(chance), np.log1p(-chance))))

        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        started, used = time.perf_counter(), cpu()
        study.optimize(objective, n_trials=trials)
        seconds = {"wall": time.perf_counter() - started, "cpu": cpu() - used}
        return {**seconds, "best": np.minimum.accumulate([trial.value for trial in study.trials]).tolist()}

    def prepare_samples(self):
        """Real columns as 290,000 and 72,000 values without missing ones, and two normal samples."""
        frame = pd.read_parquet(self.data / "realtor" / "realtor-data.sample362k.parquet")
        random = np.random.default_rng(3)
        out = {"normal": (random.normal(size=290_000), random.normal(0.01, 1, 72_000))}
        for name in ("price", "house_size", "acre_lot"):
            values = frame[name].dropna().to_numpy("float64")
            first, second = values[: len(values) * 4 // 5], values[len(values) * 4 // 5 :]
            out[name] = random.choice(first, 290_000), random.choice(second, 72_000)
        self.samples = out
        for name, (first, second) in out.items():
            np.concatenate([first, second]).tofile(self.folder / f"sample-{name}.f64")
        return {"names": list(out), "first": 290_000, "second": 72_000}

    def ks(self, name):
        from scipy.stats import ks_2samp

        first, second = self.samples[name]
        started, used = time.perf_counter(), cpu()
        result = ks_2samp(first, second)
        seconds = {"wall": time.perf_counter() - started, "cpu": cpu() - used}
        return {**seconds, "distance": float(result.statistic), "chance": float(result.pvalue)}

    def wasserstein(self, name):
        from scipy.stats import wasserstein_distance

        first, second = self.samples[name]
        started, used = time.perf_counter(), cpu()
        distance = float(wasserstein_distance(first, second))
        return {"wall": time.perf_counter() - started, "cpu": cpu() - used, "distance": distance}


def main():
    peers = Peers(Path(sys.argv[1]), Path(sys.argv[2]))
    for line in sys.stdin:
        asked = json.loads(line)
        name = asked.pop("do")
        print(json.dumps(getattr(peers, name)(**asked)), flush=True)


if __name__ == "__main__":
    main()
