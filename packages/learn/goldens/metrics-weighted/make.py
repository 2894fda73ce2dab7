"""Writes case.json: weighted metrics, multiclass averages, confusion matrices and calibration curves by scikit-learn.

Run offline: python make.py (needs numpy and scikit-learn; their versions are written into case.json).
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.calibration import calibration_curve

warnings.simplefilter("error")
random = np.random.default_rng(20261121)


def regression(name, truth, predicted, weights):
    w = {"sample_weight": weights}
    return {
        "name": name,
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "weights": weights.tolist(),
        "expected": {
            "rmse": metrics.root_mean_squared_error(truth, predicted, **w),
            "mae": metrics.mean_absolute_error(truth, predicted, **w),
            "r2": metrics.r2_score(truth, predicted, **w),
            "mape": metrics.mean_absolute_percentage_error(truth, predicted, **w),
            "medianAbsoluteError": metrics.median_absolute_error(truth, predicted, **w),
        },
    }


def classification(name, truth, probability, weights):
    count = probability.shape[1]
    label = probability.argmax(axis=1)
    w = {"sample_weight": weights}
    z = {"zero_division": 0, **w}
    scores = probability[:, 1] if count == 2 else probability
    one_hot = np.eye(count)[truth]
    multi = {} if count == 2 else {"multi_class": "ovr"}
    return {
        "name": name,
        "classes": count,
        "truth": truth.tolist(),
        "probability": probability.tolist(),
        "weights": weights.tolist(),
        "confusion": metrics.confusion_matrix(truth, label, labels=range(count), **w).tolist(),
        "expected": {
            "accuracy": metrics.accuracy_score(truth, label, **w),
            "logLoss": metrics.log_loss(truth, probability, labels=range(count), **w),
            "brier": metrics.brier_score_loss(truth, probability, labels=range(count), **w),
            "macroF1": metrics.f1_score(truth, label, average="macro", **z),
            "weightedF1": metrics.f1_score(truth, label, average="weighted", **z),
            "macroPrecision": metrics.precision_score(truth, label, average="macro", **z),
            "macroRecall": metrics.recall_score(truth, label, average="macro", **z),
            "auroc": metrics.roc_auc_score(truth, scores, average="macro", **multi, **w),
            "weightedAuroc": metrics.roc_auc_score(truth, scores, average="weighted", **multi, **w),
            "averagePrecision": metrics.average_precision_score(truth, scores, **w)
            if count == 2
            else metrics.average_precision_score(one_hot, scores, average="macro", **w),
        },
    }


def probabilities(rows, count, decimals):
    raw = random.dirichlet(np.ones(count), rows)
    raw = np.round(raw, decimals) + 1e-3
    return raw / raw.sum(axis=1, keepdims=True)


def curve(name, truth, probability, bins, strategy):
    observed, predicted = calibration_curve(truth, probability, n_bins=bins, strategy=strategy)
    return {
        "name": name,
        "truth": truth.tolist(),
        "probability": probability.tolist(),
        "bins": bins,
        "strategy": strategy,
        "predicted": predicted.tolist(),
        "observed": observed.tolist(),
    }


truth = np.round(np.exp(random.normal(12, 1, 60)), -2)
weights = random.uniform(0, 3, 60)
weights[:8] = 0
integers = random.integers(0, 3, 60).astype(float)
two, three = random.integers(0, 2, 90), random.integers(0, 3, 90)
chance = np.round(random.beta(2, 2, 300), 2)
golden = {
    "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "tolerance": 1e-12,
    "reason": "relative; the formulas are the same, sums run in another order",
    "regression": [
        regression("weights with zeros", truth, truth * random.uniform(0.7, 1.4, 60), weights),
        regression("whole weights, ties", np.round(truth, -5), np.round(truth * random.uniform(0.7, 1.4, 60), -5), integers),
        regression("constant truth", np.full(20, 5.0), random.normal(5, 1, 20), np.ones(20)),
        regression("one row counts", truth[:5], truth[:5] + 3, np.array([0.0, 0, 2, 0, 0])),
    ],
    "classification": [
        classification("two classes", two, probabilities(90, 2, 6), random.uniform(0, 2, 90)),
        classification("two classes, ties", two, probabilities(90, 2, 1), random.integers(1, 4, 90).astype(float)),
        classification("three classes", three, probabilities(90, 3, 6), random.uniform(0, 2, 90)),
        classification("three classes, ties, one weight", three, probabilities(90, 3, 1), np.full(90, 2.0)),
    ],
    "curves": [
        curve("uniform", (random.uniform(0, 1, 300) < chance).astype(int), chance, 10, "uniform"),
        curve("uniform, empty bins", np.array([0, 1, 1, 0]), np.array([0.02, 0.98, 0.99, 0.03]), 7, "uniform"),
        curve("quantile", (random.uniform(0, 1, 300) < chance).astype(int), chance, 8, "quantile"),
        curve("quantile, ties", np.array([0, 1, 1, 0, 1, 1]), np.array([0.2, 0.2, 0.2, 0.2, 0.7, 0.8]), 4, "quantile"),
    ],
}
Path(__file__).with_name("case.json").write_text(json.dumps(golden) + "\n")
