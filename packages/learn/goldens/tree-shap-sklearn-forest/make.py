"""A scikit-learn random forest of three classes, as our tree arrays with one value per class and leaf, and its SHAP
values by the shap package, which computes them in double precision for scikit-learn's trees.

Needs numpy, scikit-learn and shap. Run here: python make.py
"""

import json

import numpy as np
import shap
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier

data, target = load_iris(return_X_y=True)
rows = data.astype(np.float32)
forest = RandomForestClassifier(n_estimators=8, max_depth=6, random_state=1).fit(rows, target)

names = ["featureByNode", "thresholdByNode", "leftByNode", "rightByNode", "missingLeftByNode", "valueByNode", "coverByNode"]
arrays = {name: [] for name in names}
roots = []
for estimator in forest.estimators_:
    tree = estimator.tree_
    start = len(arrays["featureByNode"])
    roots.append(start)
    for node in range(tree.node_count):
        leaf = tree.children_left[node] < 0
        shares = tree.value[node][0] / tree.value[node][0].sum() / len(forest.estimators_)
        arrays["featureByNode"].append(-1 if leaf else int(tree.feature[node]))
        arrays["thresholdByNode"].append(0 if leaf else float(tree.threshold[node]))
        arrays["leftByNode"].append(-1 if leaf else start + int(tree.children_left[node]))
        arrays["rightByNode"].append(-1 if leaf else start + int(tree.children_right[node]))
        arrays["missingLeftByNode"].append(0)
        arrays["valueByNode"] += [float(share) if leaf else 0 for share in shares]
        arrays["coverByNode"].append(float(tree.weighted_n_node_samples[node]))

explained = rows[::5]
explainer = shap.TreeExplainer(forest, feature_perturbation="tree_path_dependent")
values = explainer.shap_values(explained)
with open("input.json", "w") as file:
    trees = {
        "featureCount": 4,
        "outputCount": 3,
        "rootByTree": roots,
        "outputByTree": [-1] * len(roots),
        **arrays,
        "baseByOutput": [0, 0, 0],
    }
    json.dump({"trees": trees, "rows": [[float(value) for value in row] for row in explained]}, file)
with open("expected.json", "w") as file:
    json.dump(
        {
            "raw": forest.predict_proba(explained).tolist(),
            "base": [float(value) for value in explainer.expected_value],
            "effects": np.transpose(values, (0, 2, 1)).tolist(),
        },
        file,
    )
