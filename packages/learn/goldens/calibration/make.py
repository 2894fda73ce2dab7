"""Writes case.json: isotonic and sigmoid calibration of seeded scores, with ties and constants, by scikit-learn.

Run offline: python make.py (needs numpy and scikit-learn; their versions are written into case.json).
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.calibration import _sigmoid_calibration
from sklearn.isotonic import IsotonicRegression

warnings.simplefilter("error")
random = np.random.default_rng(20261121)


def case(name, scores, truth):
    isotonic = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(scores, truth)
    a, b = _sigmoid_calibration(scores, truth)
    elsewhere = random.uniform(scores.min() - 1, scores.max() + 1, 30)
    # Of a single score nothing is known elsewhere: any slope fits as well.
    at = np.concatenate([scores[:20], elsewhere if np.ptp(scores) > 0 else scores[:1]])
    return {
        "name": name,
        "scores": scores.tolist(),
        "truth": truth.tolist(),
        "at": at.tolist(),
        "isotonic": isotonic.predict(at).tolist(),
        "platt": (1 / (1 + np.exp(a * at + b))).tolist(),
    }


def drawn(rows, decimals, slope):
    scores = np.round(random.normal(0, 2, rows), decimals)
    return scores, (random.uniform(size=rows) < 1 / (1 + np.exp(-slope * scores + 0.5))).astype(int)


golden = {
    "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "tolerance": {"isotonic": 1e-12, "platt": 1e-5},
    "reason": "absolute; the sigmoid's two parameters are found by other steps, theirs end at a gradient of about 1e-6",
    "cases": [
        case("log-odds", *drawn(200, 6, 0.6)),
        case("ties", *drawn(150, 0, 1.2)),
        case("scores that say nothing", *drawn(120, 3, 0.0)),
        case("scores that say the opposite", *drawn(120, 3, -1.0)),
        case("classes apart", np.array([-3.0, -2, -1, 1, 2, 3]), np.array([0, 0, 0, 1, 1, 1])),
        case("one score", np.full(12, 0.25), np.array([0, 1, 1] * 4)),
    ],
}
Path(__file__).with_name("case.json").write_text(json.dumps(golden) + "\n")
