"""Three noisy classes in five columns, and what scikit-learn's random forest reaches on them with the parameters of
case.json, classes balanced: the mean over ten seeds.

Needs numpy and scikit-learn. Run here: python make.py
"""

import json

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss

random = np.random.default_rng(6)
rows = np.round(random.normal(size=(3000, 5)), 2)
scores = np.stack([rows[:, 0] + rows[:, 1] * rows[:, 2], rows[:, 3] ** 2 - 1.5, -rows[:, 0]], axis=1)
target = np.argmax(scores + random.gumbel(size=scores.shape), axis=1)
np.savetxt("input.csv", np.column_stack([rows, target]), fmt="%.6g", delimiter=",")

train, test = slice(0, 1500), slice(1500, 3000)
ours = json.load(open("case.json"))["parameters"]
scores = []
for seed in range(10):
    forest = RandomForestClassifier(
        n_estimators=ours["trees"],
        max_depth=ours["depth"],
        min_samples_leaf=ours["minLeafRows"],
        max_features=ours["featureShare"],
        class_weight="balanced",
        random_state=seed,
    ).fit(rows[train], target[train])
    scores.append(float(log_loss(target[test], forest.predict_proba(rows[test]))))
with open("expected.json", "w") as file:
    json.dump({"logLoss": {"scikit-learn": float(np.mean(scores))}, "deviation": float(np.std(scores))}, file, indent=2)
