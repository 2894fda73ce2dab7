"""A small XGBoost model of three classes with missing values, as our tree arrays, and its own SHAP values.

Needs numpy and xgboost. Run here: python make.py
"""

import json

import numpy as np
import xgboost

random = np.random.default_rng(1)
rows = random.normal(size=(1200, 8)).astype(np.float32)
rows[random.random(rows.shape) < 0.1] = np.nan
filled = np.nan_to_num(rows, nan=1.5)
target = np.digitize(filled[:, 0] + filled[:, 1] * filled[:, 2] + 0.3 * random.normal(size=1200), [-0.5, 0.7])

booster = xgboost.train(
    {"max_depth": 5, "eta": 0.3, "tree_method": "hist", "seed": 1, "nthread": 1, "objective": "multi:softmax", "num_class": 3},
    xgboost.DMatrix(rows, target),
    num_boost_round=6,
)


def convert(booster, base_by_output, feature_count):
    """XGBoost goes left when value < threshold, in float32: for float32 values that is value <= the float below."""
    model = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]
    names = ["featureByNode", "thresholdByNode", "leftByNode", "rightByNode", "missingLeftByNode", "valueByNode", "coverByNode"]
    arrays = {name: [] for name in names}
    roots = []
    for tree in model["trees"]:
        start = len(arrays["featureByNode"])
        roots.append(start)
        for node, left in enumerate(tree["left_children"]):
            leaf = left < 0
            condition = np.float32(tree["split_conditions"][node])
            arrays["featureByNode"].append(-1 if leaf else tree["split_indices"][node])
            arrays["thresholdByNode"].append(0 if leaf else float(np.nextafter(condition, np.float32(-np.inf))))
            arrays["leftByNode"].append(-1 if leaf else start + left)
            arrays["rightByNode"].append(-1 if leaf else start + tree["right_children"][node])
            arrays["missingLeftByNode"].append(0 if leaf else int(tree["default_left"][node]))
            arrays["valueByNode"].append(float(condition) if leaf else 0)
            arrays["coverByNode"].append(tree["sum_hessian"][node])
    return {
        "featureCount": feature_count,
        "outputCount": len(base_by_output),
        "rootByTree": roots,
        "outputByTree": model["tree_info"],
        **arrays,
        "baseByOutput": base_by_output,
    }


def base_score(booster):
    return json.loads(booster.save_config())["learner"]["learner_model_param"]["base_score"]


explained = rows[:40]
base = [float(number) for number in base_score(booster).strip("[]").split(",")]
contributions = booster.predict(xgboost.DMatrix(explained), pred_contribs=True)
raw = booster.predict(xgboost.DMatrix(explained), output_margin=True)
base = base if len(base) == 3 else base * 3

as_list = lambda values: [None if np.isnan(value) else float(value) for value in values]
with open("input.json", "w") as file:
    json.dump({"trees": convert(booster, base, 8), "rows": [as_list(row) for row in explained]}, file)
with open("expected.json", "w") as file:
    json.dump(
        {
            "raw": [[float(value) for value in row] for row in raw],
            "base": [float(value) for value in contributions[0, :, -1]],
            "effects": [[[float(value) for value in output[:-1]] for output in row] for row in contributions],
        },
        file,
    )
