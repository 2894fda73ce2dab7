"""Friedman's function with noise, a column of noise and missing values, and what LightGBM and XGBoost reach on it with
the parameters of case.json.

Needs numpy, lightgbm and xgboost. Run here: python make.py
"""

import json

import lightgbm
import numpy as np
import xgboost

random = np.random.default_rng(3)
rows = np.round(random.random(size=(4000, 6)), 3)
target = 10 * np.sin(np.pi * rows[:, 0] * rows[:, 1]) + 20 * (rows[:, 2] - 0.5) ** 2 + 10 * rows[:, 3] + 5 * rows[:, 4]
target = np.round(target + random.normal(size=4000), 3)
rows[random.random(size=rows.shape) < 0.05] = np.nan
np.savetxt("input.csv", np.column_stack([rows, target]), fmt="%.6g", delimiter=",")

train, test = slice(0, 2000), slice(2000, 4000)
case = json.load(open("case.json"))
ours = case["parameters"]
lightgbm_model = lightgbm.train(
    {
        "objective": "regression",
        "learning_rate": ours["learningRate"],
        "num_leaves": ours["leaves"],
        "min_data_in_leaf": ours["minLeafRows"],
        "lambda_l2": ours["l2"],
        "num_threads": 1,
        "deterministic": True,
        "verbose": -1,
    },
    lightgbm.Dataset(rows[train], target[train]),
    num_boost_round=ours["trees"],
)
xgboost_model = xgboost.train(
    {
        "tree_method": "hist",
        "grow_policy": "lossguide",
        "max_depth": 0,
        "max_leaves": ours["leaves"],
        "eta": ours["learningRate"],
        "min_child_weight": ours["minLeafRows"],
        "lambda": ours["l2"],
        "nthread": 1,
    },
    xgboost.DMatrix(rows[train], target[train]),
    num_boost_round=ours["trees"],
)
rmse = lambda predicted: float(np.sqrt(np.mean((predicted - target[test]) ** 2)))
with open("expected.json", "w") as file:
    scores = {"lightgbm": rmse(lightgbm_model.predict(rows[test])), "xgboost": rmse(xgboost_model.predict(xgboost.DMatrix(rows[test])))}
    json.dump({"rmse": scores}, file, indent=2)
