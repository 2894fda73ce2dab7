"""Writes case.json: ridge and logistic regression on standardised, mean-filled columns as scikit-learn fits them.

Run offline: python make.py (needs numpy and scikit-learn; their versions are written into case.json).
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression, Ridge

warnings.simplefilter("error")
random = np.random.default_rng(20261121)
ROWS, COLUMNS = 160, 5


def matrix():
    x = random.normal(size=(ROWS, COLUMNS)) * np.array([1, 50, 0.01, 3, 1]) + np.array([0, 1000, 2, -7, 0])
    x[:, 4] = x[:, 0] * 0.9 + 0.1 * random.normal(size=ROWS)  # nearly the first
    x[random.uniform(size=x.shape) < 0.08] = np.nan
    return x


def standardised(x, weights):
    """As the learner does it: the mean of what is present, then the deviation with that mean filled in."""
    mean = np.array([np.average(c[~np.isnan(c)], weights=weights[~np.isnan(c)]) for c in x.T])
    filled = np.where(np.isnan(x), mean, x)
    deviation = np.sqrt(np.average((filled - mean) ** 2, weights=weights, axis=0))
    return (filled - mean) / deviation


def case(name, kind, l2, weighted):
    x = matrix()
    weights = random.uniform(0.2, 2, ROWS) if weighted else np.ones(ROWS)
    z = standardised(x, weights)
    signal = z[:, 0] - 2 * z[:, 1] + 0.5 * z[:, 3]
    if kind == "number":
        y = 10 + 3 * signal + random.normal(size=ROWS)
        model = Ridge(alpha=l2, solver="cholesky").fit(z, y, sample_weight=weights)
        expected = [model.predict(z).tolist()]
    else:
        limits = [0] if kind == 2 else [-1.0, 1.2]
        y = np.digitize(signal + random.logistic(size=ROWS), limits)
        model = LogisticRegression(C=1 / l2, solver="newton-cg", tol=1e-12, max_iter=10_000).fit(z, y, sample_weight=weights)
        expected = model.predict_proba(z).T.tolist()
    return {
        "name": name,
        "classes": 0 if kind == "number" else kind,
        "l2": l2,
        "columns": [[None if np.isnan(v) else v for v in c] for c in x.T.tolist()],
        "target": y.tolist(),
        "weights": weights.tolist() if weighted else None,
        "expected": expected,
    }


golden = {
    "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "tolerance": {"ridge": 1e-9, "logistic": 1e-6},
    "reason": "relative to the largest answer: ridge is solved directly, logistic regression ends at a gradient of 1e-8 a row",
    "cases": [
        case("ridge", "number", 1.0, False),
        case("ridge, weighed, strongly shrunk", "number", 50.0, True),
        case("two classes", 2, 1.0, False),
        case("two classes, weighed", 2, 0.1, True),
        case("three classes", 3, 1.0, False),
        case("three classes, weighed", 3, 10.0, True),
    ],
}
Path(__file__).with_name("case.json").write_text(json.dumps(golden) + "\n")
