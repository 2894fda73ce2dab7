"""Peers of prediction, SHAP and isolation forests: prepares models and rows in a folder, then times what it is asked.

Started once per suite by bench/suites/learn/*.mjs. Each line of stdin is one JSON object {"do": NAME, ...}; the answer is
one line of JSON with the wall and CPU seconds of that single run. One thread, so that the ratio is one of algorithms.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402


def house_matrix(data):
    """Eleven numbers and codes of a listing and log(1 + price); a fifth of the rows is kept for the questions. Levels of the codes."""
    frame = pd.read_parquet(data / "realtor" / "realtor-data.sample362k.parquet")
    frame = frame[frame.price.notna() & (frame.price > 0)].reset_index(drop=True)
    x = frame[["bed", "bath", "acre_lot", "house_size"]].astype("float64")
    x["state"] = frame.state.astype("category").cat.codes.astype("float64")
    x["city"] = frame.city.astype("category").cat.codes.astype("float64")
    x["zip"] = frame.zip_code.astype("float64")
    x["rooms"] = x.bed + x.bath
    x["size_per_room"] = x.house_size / x.rooms.clip(lower=1)
    x["log_size"] = np.log1p(x.house_size)
    x["sold_year"] = pd.to_numeric(frame.prev_sold_date.astype(object).str.slice(-4), errors="coerce").astype("float64")
    levels = {name: list(frame[name].astype("category").cat.categories) for name in ("state", "city")}
    test = np.random.default_rng(7).random(len(x)) < 0.2
    y = np.log1p(frame.price.to_numpy("float64"))
    matrix = x.to_numpy(np.float32)
    return matrix[~test], y[~test], matrix[test], levels


def kdd_matrix(data):
    """Numbers of NSL-KDD and whether a row is an attack, train and test."""
    out = []
    for part in ("Train", "Test"):
        frame = pd.read_parquet(data / "nsl-kdd" / f"KDD{part}+.parquet")
        texts = ["protocol_type", "service", "flag", "attack", "difficulty"]
        out += [frame.drop(columns=texts).to_numpy(np.float32), (frame.attack.astype(str) != "normal").to_numpy(np.uint8)]
    return out


def iot_matrix(data):
    """Numbers of the labelled Zeek flows and whether a flow is malicious; unset is missing."""
    import gzip

    rows, labels = [], []
    with gzip.open(data / "zeek" / "iot23-34-1.conn.log.labeled.gz", "rt") as lines:
        for line in lines:
            if line.startswith("#"):
                if line.startswith("#fields"):
                    names = line.rstrip("\n").split("\t")[1:]
                continue
            cells = line.rstrip("\n").split("\t")
            labels.append("malicious" in cells[-1].lower())
            wanted = ["id.resp_p", "duration", "orig_bytes", "resp_bytes", "orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes"]
            rows.append([np.nan if cells[names.index(name)] == "-" else float(cells[names.index(name)]) for name in wanted])
    return np.asarray(rows, np.float32), np.asarray(labels, np.uint8)


class Peers:
    def __init__(self, data, folder):
        self.data, self.folder = data, folder
        self.trained = 0

    def prepare_boosting(self, trees=100, depth=6):
        """Trains XGBoost, and writes its model and the questions (rows, float32) for the other side."""
        import xgboost

        self.trained += 1
        x, y, questions, levels = house_matrix(self.data)
        parameters = {"max_depth": depth, "eta": 0.1, "tree_method": "hist", "seed": 1, "nthread": 2}
        self.booster = xgboost.train(parameters, xgboost.DMatrix(x, y), num_boost_round=trees)
        self.booster.set_param({"nthread": 1})
        self.questions = questions
        self.booster.save_model(self.folder / f"boosting-{depth}.json")
        questions.tofile(self.folder / "questions.f32")
        self.booster.inplace_predict(questions, predict_type="margin").astype(np.float32).tofile(self.folder / f"margin-{depth}.f32")
        contribs = self.booster.predict(xgboost.DMatrix(questions[:1000], nthread=1), pred_contribs=True)
        contribs.astype(np.float32).tofile(self.folder / f"contribs-{depth}.f32")
        (self.folder / "levels.json").write_text(json.dumps(levels))
        return {"rows": len(questions), "columns": questions.shape[1]}

    def prepare_anomalies(self):
        x, y, xt, yt = kdd_matrix(self.data)
        iot, iot_labels = iot_matrix(self.data)
        houses, _, more, _ = house_matrix(self.data)
        self.sets = {}
        for name, matrix, labels in (("kdd", x, y), ("kdd-test", xt, yt), ("iot", iot, iot_labels), ("houses", np.concatenate([houses, more]), None)):
            self.sets[name] = (matrix, labels)
            matrix.tofile(self.folder / f"{name}.f32")
            if labels is not None:
                labels.tofile(self.folder / f"{name}.labels")
        # scikit-learn's isolation forest accepts missing values but the timings are of complete rows, as the usual user has.
        complete = self.sets["houses"][0]
        self.complete = np.where(np.isnan(complete), np.nanmedian(complete, axis=0), complete).astype(np.float32)
        self.complete.tofile(self.folder / "houses.f32")
        return {name: list(matrix.shape) for name, (matrix, _) in self.sets.items()}

    def predict(self):
        return lambda: self.booster.inplace_predict(self.questions, predict_type="margin")

    def contribs(self, rows):
        import xgboost

        some = self.questions[:rows]
        return lambda: self.booster.predict(xgboost.DMatrix(some, nthread=1), pred_contribs=True)

    def fasttreeshap(self, rows):
        import fasttreeshap_fixed as fasttreeshap

        explainer = fasttreeshap.TreeExplainer(self.booster, algorithm="v1", n_jobs=1)
        return lambda: explainer.shap_values(self.questions[:rows], check_additivity=False)

    def isolation_fit(self):
        from sklearn.ensemble import IsolationForest

        return lambda: IsolationForest(n_estimators=100, max_samples=256, random_state=1, n_jobs=1).fit(self.complete)

    def isolation_score(self):
        from sklearn.ensemble import IsolationForest

        model = IsolationForest(n_estimators=100, max_samples=256, random_state=1, n_jobs=1).fit(self.complete)
        return lambda: model.score_samples(self.complete)

    def isolation_auroc(self, set, test=None, seeds=10):
        """Mean AUROC over seeds: not timed."""
        from sklearn.ensemble import IsolationForest
        from sklearn.metrics import roc_auc_score

        matrix, _ = self.sets[set]
        rows, labels = self.sets[test or set]
        scores = [
            roc_auc_score(labels, -IsolationForest(n_estimators=100, max_samples=256, random_state=seed).fit(matrix).score_samples(rows))
            for seed in range(seeds)
        ]
        return {"mean": float(np.mean(scores)), "lowest": float(np.min(scores)), "highest": float(np.max(scores))}


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    peers = Peers(Path(sys.argv[1]), Path(sys.argv[2]))
    runs = {}
    for line in sys.stdin:
        asked = json.loads(line)
        name = asked.pop("do")
        try:
            if name.startswith("prepare") or name == "isolation_auroc":
                answer = getattr(peers, name)(**asked)
            else:
                key = json.dumps([name, asked, peers.trained])
                if key not in runs:
                    runs[key] = getattr(peers, name)(**asked)
                    runs[key]()
                started, used = time.perf_counter(), cpu()
                runs[key]()
                answer = {"wall": time.perf_counter() - started, "cpu": cpu() - used}
        except ImportError as problem:
            answer = {"missing": str(problem)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
