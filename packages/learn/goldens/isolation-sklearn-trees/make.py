"""A scikit-learn isolation forest, as our tree arrays (a leaf holds depth + c(n), divided by the number of trees), its
scores, and its c(n) for some n.

Needs numpy and scikit-learn. Run here: python make.py
"""

import json

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._iforest import _average_path_length

random = np.random.default_rng(2)
rows = random.normal(size=(400, 5)).astype(np.float32)
rows[:12] += 4
forest = IsolationForest(n_estimators=15, max_samples=64, contamination=0.05, random_state=1).fit(rows)

names = ["featureByNode", "thresholdByNode", "leftByNode", "rightByNode", "missingLeftByNode", "valueByNode", "coverByNode"]
arrays = {name: [] for name in names}
roots = []
for estimator in forest.estimators_:
    tree = estimator.tree_
    start = len(arrays["featureByNode"])
    roots.append(start)
    depth = np.zeros(tree.node_count)
    for node in range(tree.node_count):
        leaf = tree.children_left[node] < 0
        if not leaf:
            depth[tree.children_left[node]] = depth[node] + 1
            depth[tree.children_right[node]] = depth[node] + 1
        path = depth[node] + float(_average_path_length(tree.n_node_samples[node : node + 1])[0])
        arrays["featureByNode"].append(-1 if leaf else int(tree.feature[node]))
        arrays["thresholdByNode"].append(0 if leaf else float(tree.threshold[node]))
        arrays["leftByNode"].append(-1 if leaf else start + int(tree.children_left[node]))
        arrays["rightByNode"].append(-1 if leaf else start + int(tree.children_right[node]))
        arrays["missingLeftByNode"].append(0)
        arrays["valueByNode"].append(path / len(forest.estimators_) if leaf else 0)
        arrays["coverByNode"].append(int(tree.n_node_samples[node]))

trees = {
    "featureCount": 5,
    "outputCount": 1,
    "rootByTree": roots,
    "outputByTree": [0] * len(roots),
    **arrays,
    "baseByOutput": [0],
}
counts = [1, 2, 3, 4, 10, 64, 255, 256, 1000, 100000]
with open("input.json", "w") as file:
    json.dump({"trees": trees, "rowsPerTree": 64, "contamination": 0.05, "counts": counts, "rows": rows.tolist()}, file)
with open("expected.json", "w") as file:
    json.dump(
        {
            "scores": (-forest.score_samples(rows)).tolist(),
            "threshold": float(-forest.offset_),
            "averagePathLengths": _average_path_length(np.array(counts)).tolist(),
        },
        file,
    )
