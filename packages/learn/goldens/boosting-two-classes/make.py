"""Two noisy classes in six columns, and what LightGBM and XGBoost reach on them with the parameters of case.json.

Needs numpy, scikit-learn, lightgbm and xgboost. Run here: python make.py
"""

import json

import lightgbm
import numpy as np
import xgboost
from sklearn.metrics import log_loss

random = np.random.default_rng(8)
rows = np.round(random.normal(size=(4000, 6)), 2)
log_odds = 2 * rows[:, 0] - rows[:, 1] ** 2 + rows[:, 2] * rows[:, 3] + 0.5
target = (log_odds + random.logistic(size=4000) > 0).astype(int)
rows[random.random(size=rows.shape) < 0.05] = np.nan
np.savetxt("input.csv", np.column_stack([rows, target]), fmt="%.6g", delimiter=",")

train, test = slice(0, 2000), slice(2000, 4000)
ours = json.load(open("case.json"))["parameters"]
lightgbm_model = lightgbm.train(
    {
        "objective": "binary",
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
        "objective": "binary:logistic",
        "tree_method": "hist",
        "grow_policy": "lossguide",
        "max_depth": 0,
        "max_leaves": ours["leaves"],
        "eta": ours["learningRate"],
        "lambda": ours["l2"],
        "nthread": 1,
    },
    xgboost.DMatrix(rows[train], target[train]),
    num_boost_round=ours["trees"],
)
scores = {
    "lightgbm": float(log_loss(target[test], lightgbm_model.predict(rows[test]))),
    "xgboost": float(log_loss(target[test], xgboost_model.predict(xgboost.DMatrix(rows[test])))),
}
with open("expected.json", "w") as file:
    json.dump({"logLoss": scores}, file, indent=2)
