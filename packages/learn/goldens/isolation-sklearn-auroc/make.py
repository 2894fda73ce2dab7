"""Two crowds and scattered anomalies, and how well scikit-learn's isolation forest tells them apart: the mean AUROC
over ten seeds. The last column says which rows are anomalies; nobody trains on it.

Needs numpy and scikit-learn. Run here: python make.py
"""

import json

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

random = np.random.default_rng(7)
crowd = np.concatenate([random.normal(0, 1, size=(1200, 4)), random.normal(3, 0.5, size=(700, 4))])
scattered = random.uniform(-4, 6, size=(100, 4))
rows = np.round(np.concatenate([crowd, scattered]), 3)
anomaly = np.concatenate([np.zeros(1900), np.ones(100)])
np.savetxt("input.csv", np.column_stack([rows, anomaly]), fmt="%.6g", delimiter=",")

ours = json.load(open("case.json"))["parameters"]
scores = []
for seed in range(10):
    forest = IsolationForest(n_estimators=ours["trees"], max_samples=ours["rowsPerTree"], random_state=seed).fit(rows)
    scores.append(float(roc_auc_score(anomaly, -forest.score_samples(rows))))
with open("expected.json", "w") as file:
    json.dump({"auroc": {"scikit-learn": float(np.mean(scores))}, "deviation": float(np.std(scores))}, file, indent=2)
