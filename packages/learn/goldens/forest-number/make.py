"""Friedman's function with noise, and what scikit-learn's random forest reaches on it with the parameters of case.json:
the mean over ten seeds.

Needs numpy and scikit-learn. Run here: python make.py
"""

import json

import numpy as np
from sklearn.ensemble import RandomForestRegressor

random = np.random.default_rng(5)
rows = np.round(random.random(size=(3000, 7)), 3)
target = 10 * np.sin(np.pi * rows[:, 0] * rows[:, 1]) + 20 * (rows[:, 2] - 0.5) ** 2 + 10 * rows[:, 3] + 5 * rows[:, 4]
target = np.round(target + random.normal(size=3000), 3)
np.savetxt("input.csv", np.column_stack([rows, target]), fmt="%.6g", delimiter=",")

train, test = slice(0, 1500), slice(1500, 3000)
ours = json.load(open("case.json"))["parameters"]
scores = []
for seed in range(10):
    forest = RandomForestRegressor(
        n_estimators=ours["trees"],
        max_depth=ours["depth"],
        min_samples_leaf=ours["minLeafRows"],
        max_features=ours["featureShare"],
        random_state=seed,
    ).fit(rows[train], target[train])
    scores.append(float(np.sqrt(np.mean((forest.predict(rows[test]) - target[test]) ** 2))))
with open("expected.json", "w") as file:
    json.dump({"rmse": {"scikit-learn": float(np.mean(scores))}, "deviation": float(np.std(scores))}, file, indent=2)
