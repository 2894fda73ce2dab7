"""Writes case.json: metrics of small seeded inputs, with ties and constants, as scikit-learn and SciPy compute them.

Run offline: python make.py (needs numpy, scipy and scikit-learn; their versions are written into case.json).
"""

import json
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import spearmanr
from sklearn import metrics

warnings.simplefilter("error")
random = np.random.default_rng(20261121)


def regression(name, truth, predicted):
    return {
        "name": name,
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "expected": {
            "rmse": metrics.root_mean_squared_error(truth, predicted),
            "mae": metrics.mean_absolute_error(truth, predicted),
            "r2": metrics.r2_score(truth, predicted),
            "mape": metrics.mean_absolute_percentage_error(truth, predicted),
            "medianAbsoluteError": metrics.median_absolute_error(truth, predicted),
        },
    }


def classification(name, truth, probability):
    classes = probability.shape[1]
    binary = classes == 2
    label = probability.argmax(axis=1)
    expected = {
        "accuracy": metrics.accuracy_score(truth, label),
        "logLoss": metrics.log_loss(truth, probability, labels=range(classes)),
        "brier": metrics.brier_score_loss(truth, probability, labels=range(classes)),
        "macroF1": metrics.f1_score(truth, label, average="macro"),
    }
    if len(set(truth.tolist())) == classes:
        one_hot = np.eye(classes)[truth]
        scores = probability[:, 1] if binary else probability
        expected["auroc"] = metrics.roc_auc_score(truth, scores, multi_class="ovr", average="macro")
        expected["averagePrecision"] = (
            metrics.average_precision_score(truth, scores)
            if binary
            else metrics.average_precision_score(one_hot, scores, average="macro")
        )
    return {
        "name": name,
        "classes": classes,
        "truth": truth.tolist(),
        "probability": probability.tolist(),
        "expected": expected,
    }


def anomaly(name, labels, scores, other):
    return {
        "name": name,
        "labels": labels.tolist(),
        "scores": scores.tolist(),
        "otherScores": other.tolist(),
        "expected": {
            "auroc": metrics.roc_auc_score(labels, scores),
            "averagePrecision": metrics.average_precision_score(labels, scores),
            "scoreStability": spearmanr(scores, other).statistic,
        },
    }


def shares(rows, classes, digits):
    """Probabilities that sum to 1 exactly, of few digits where ties are wanted."""
    raw = random.dirichlet(np.ones(classes), rows)
    if digits is None:
        return raw
    steps = 10**digits
    counts = np.floor(raw * steps)
    counts[:, 0] += steps - counts.sum(axis=1)
    return counts / steps


truth = random.lognormal(12, 1, 50)
three = random.integers(0, 3, 60)
two = random.integers(0, 2, 60)
rare = (random.random(60) < 0.1).astype(int)
certain = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])

case = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "tolerance": 1e-12,
    "reason": "relative; the formulas are the same, sums run in another order",
    "regression": [
        regression("prices", truth, truth * random.lognormal(0, 0.3, 50)),
        regression("even count and ties", np.round(random.normal(0, 2, 40)), np.round(random.normal(0, 2, 40))),
        regression("zeros in the truth", np.array([0.0, 1.0, 0.0, 2.0]), np.array([0.0, 1.5, 0.25, 2.0])),
        regression("constant truth", np.full(7, 3.0), random.normal(3, 1, 7)),
        regression("constant truth, perfect", np.full(5, 3.0), np.full(5, 3.0)),
        regression("constant prediction", random.normal(0, 1, 9), np.zeros(9)),
    ],
    "classification": [
        classification("binary", two, shares(60, 2, None)),
        classification("binary with ties", two, shares(60, 2, 1)),
        classification("binary, constant", two, np.full((60, 2), 0.5)),
        classification("binary, rare class", rare, shares(60, 2, 1)),
        classification("binary, certain and once wrong", np.array([0, 1, 1, 1]), certain),
        classification("binary, one class in the truth", np.ones(6, dtype=int), shares(6, 2, 1)),
        classification("three classes", three, shares(60, 3, None)),
        classification("three classes with ties", three, shares(60, 3, 1)),
        classification("three classes, one not in the truth", two, shares(60, 3, 1)),
    ],
    "anomaly": [
        anomaly("scores with ties", rare, np.round(random.random(60), 1), np.round(random.random(60), 1)),
        anomaly("scores that agree", two, np.round(two + random.random(60), 2), np.round(two + random.random(60), 1)),
    ],
}

Path(__file__).with_name("case.json").write_text(json.dumps(case, indent=1) + "\n")
