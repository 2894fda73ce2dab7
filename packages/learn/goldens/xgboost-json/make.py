"""Models that XGBoost trains on rows which TypeScript makes alike, its files, and the hashes of its float32 margins.

Needs numpy and xgboost. Run here: python make.py
"""

import gzip
import hashlib
import json
import sys

import numpy as np
import xgboost

sys.path.append("..")
from rows import make_rows, make_targets

ROWS = 10_000
TREES = 25
rows = make_rows(ROWS).astype(np.float32)
number, three = make_targets(make_rows(ROWS))
two = (three > 1).astype(int)
common = {"max_depth": 5, "eta": 0.3, "tree_method": "hist", "nthread": 1, "seed": 1}
plain = ["q"] * 8
native = ["q"] * 5 + ["c"] * 3

cases = {
    "squared": (plain, number, {}),
    "absolute": (plain, number, {"objective": "reg:absoluteerror"}),
    "quantile": (plain, number, {"objective": "reg:quantileerror", "quantile_alpha": 0.8}),
    "poisson": (plain, np.maximum(0, np.round(number + 2)), {"objective": "count:poisson"}),
    "tweedie": (plain, np.maximum(0, number + 2), {"objective": "reg:tweedie"}),
    "gamma": (plain, np.maximum(0, number + 2) + 0.1, {"objective": "reg:gamma"}),
    "binary": (plain, two, {"objective": "binary:logistic"}),
    "binary-base": (plain, two, {"objective": "binary:logistic", "base_score": 0.3}),
    "logitraw": (plain, two, {"objective": "binary:logitraw"}),
    "softprob": (plain, three, {"objective": "multi:softprob", "num_class": 3}),
    "forest": (plain, number, {"num_parallel_tree": 3, "subsample": 0.7, "colsample_bynode": 0.7}),
    "categories": (native, number, {}),
    "categories-one-hot": (native, two, {"objective": "binary:logistic", "max_cat_to_onehot": 50}),
    "categories-classes": (native, three, {"objective": "multi:softprob", "num_class": 3}),
}

expected = {}
for name, (types, target, parameters) in cases.items():
    data = xgboost.DMatrix(rows, target, feature_types=types, enable_categorical=True)
    trees = TREES // 4 if "softprob" in str(parameters) or "parallel" in str(parameters) else TREES
    booster = xgboost.train({**common, **parameters}, data, num_boost_round=trees)
    margins = booster.predict(data, output_margin=True).astype(np.float32)
    answers = booster.predict(data)
    effects = booster.predict(xgboost.DMatrix(rows[:5], feature_types=types, enable_categorical=True), pred_contribs=True)
    with gzip.GzipFile(f"{name}.json.gz", "wb", mtime=0) as file:
        file.write(bytes(booster.save_raw("json")))
    if name in ["squared", "categories-classes"]:
        with gzip.GzipFile(f"{name}.ubj.gz", "wb", mtime=0) as file:
            file.write(bytes(booster.save_raw("ubj")))
    expected[name] = {
        "sha256": hashlib.sha256(margins.tobytes()).hexdigest(),
        "margins": margins[:5].astype(float).tolist(),
        "answers": answers[:5].astype(float).tolist(),
        "effects": effects.astype(float).tolist(),
    }

with open("expected.json", "w") as file:
    json.dump(expected, file)
    file.write("\n")
with open("case.json", "w") as file:
    json.dump(
        {
            "kind": "import",
            "versions": {"numpy": np.__version__, "xgboost": xgboost.__version__},
            "rows": ROWS,
            "tolerance": 3e-6,
            "reason": "Margins are equal to the bit. Answers and SHAP values are computed here in float64, there in float32: 6e-8 of the largest value, and sums over trees carry some more.",
        },
        file,
        indent=2,
    )
    file.write("\n")
