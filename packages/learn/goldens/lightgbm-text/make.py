"""Models that LightGBM trains on rows which TypeScript makes alike, its files, and the hashes of its float64 raw scores.

Needs numpy and lightgbm. Run here: python make.py
"""

import gzip
import hashlib
import json
import sys

import lightgbm
import numpy as np

sys.path.append("..")
from rows import make_rows, make_targets

ROWS = 10_000
TREES = 25
rows = make_rows(ROWS)
number, three = make_targets(rows)
two = (three > 1).astype(int)
common = {"num_leaves": 31, "verbose": -1, "num_threads": 1, "seed": 1, "deterministic": True, "force_row_wise": True}

cases = {
    "regression": (False, number, {}),
    "missing-is-zero": (False, number, {"use_missing": False}),
    "zero-is-missing": (False, number, {"zero_as_missing": True}),
    "absolute": (False, number, {"objective": "regression_l1"}),
    "quantile": (False, number, {"objective": "quantile", "alpha": 0.8}),
    "poisson": (False, np.maximum(0, np.round(number + 2)), {"objective": "poisson"}),
    "tweedie": (False, np.maximum(0, number + 2), {"objective": "tweedie"}),
    "binary": (False, two, {"objective": "binary"}),
    "multiclass": (False, three, {"objective": "multiclass", "num_class": 3}),
    "categories": (True, number, {"min_data_per_group": 10}),
    "categories-classes": (True, three, {"objective": "multiclass", "num_class": 3, "max_cat_to_onehot": 8}),
    "constant": (False, np.ones(ROWS), {}),
}

expected = {}
for name, (native, target, parameters) in cases.items():
    data = lightgbm.Dataset(rows, target, categorical_feature=[5, 6, 7] if native else [])
    trees = TREES // 4 if "multiclass" in str(parameters) else TREES
    booster = lightgbm.train({**common, **parameters}, data, num_boost_round=trees)
    with gzip.GzipFile(f"{name}.txt.gz", "wb", mtime=0) as file:
        file.write(booster.model_to_string().encode())
    scores = booster.predict(rows, raw_score=True)
    outputs = 3 if scores.ndim == 2 else 1
    expected[name] = {
        "sha256": hashlib.sha256(np.ascontiguousarray(scores).tobytes()).hexdigest(),
        "margins": scores[:5].tolist(),
        "answers": booster.predict(rows[:5]).tolist(),
        "effects": booster.predict(rows[:5], pred_contrib=True).reshape(5, outputs, -1).tolist(),
    }

with open("expected.json", "w") as file:
    json.dump(expected, file)
    file.write("\n")
with open("case.json", "w") as file:
    json.dump(
        {
            "kind": "import",
            "versions": {"lightgbm": lightgbm.__version__, "numpy": np.__version__},
            "rows": ROWS,
            "tolerance": 1e-12,
            "reason": "Raw scores are equal to the bit. Answers and SHAP values are computed in float64 on both sides, in another order.",
        },
        file,
        indent=2,
    )
    file.write("\n")
