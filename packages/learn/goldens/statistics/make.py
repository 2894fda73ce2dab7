"""Writes case.json: two-sample statistics of small seeded inputs, with ties and constants, as SciPy computes them.

Run offline: python make.py (needs numpy and scipy; their versions are written into case.json).
Large samples are drawn from a linear congruential generator, so that the test can draw them again.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import scipy
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, false_discovery_control, ks_2samp, wasserstein_distance

warnings.simplefilter("error")
random = np.random.default_rng(20261121)


def numbers(seed, count):
    """count numbers in [0, 1): x' = (1103515245 x + 12345) mod 2^31."""
    state, out = seed, np.empty(count)
    for row in range(count):
        state = (1103515245 * state + 12345) % 2147483648
        out[row] = state / 2147483648
    return out


def two_samples(name, a, b):
    with warnings.catch_warnings():
        # Where rounding lifts its exact chance above 1, SciPy warns and takes the asymptotic one; ours is 1 then.
        warnings.simplefilter("ignore")
        ks = ks_2samp(a, b)
        chance = 1.0 if ks.pvalue > 0.999 else float(ks.pvalue)
    return {
        "name": name,
        "first": a.tolist(),
        "second": b.tolist(),
        "distance": float(ks.statistic),
        "chance": chance,
        "wasserstein": float(wasserstein_distance(a, b)),
    }


def drawn(name, first, second, power, shift):
    a = numbers(1, first) ** power
    b = numbers(2, second) ** power + shift
    ks = ks_2samp(a, b)
    return {
        "name": name,
        "first": first,
        "second": second,
        "power": power,
        "shift": shift,
        "distance": float(ks.statistic),
        "chance": float(ks.pvalue),
        "wasserstein": float(wasserstein_distance(a, b)),
    }


def counts(name, first, second):
    used = np.array([first, second])[:, (np.array(first) + np.array(second)) > 0]
    test = chi2_contingency(used, correction=False)
    return {
        "name": name,
        "first": list(first),
        "second": list(second),
        "statistic": float(test.statistic),
        "degrees": int(test.dof),
        "chance": float(test.pvalue),
        "jensenShannon": float(jensenshannon(first, second, base=2)),
    }


small = []
for first, second in [(1, 1), (1, 6), (5, 5), (10, 7), (60, 60), (90, 37), (250, 120)]:
    small.append(two_samples(f"{first} and {second}, one distribution", random.normal(size=first), random.normal(size=second)))
    small.append(two_samples(f"{first} and {second}, shifted", random.normal(size=first), random.normal(0.7, 1.3, size=second)))
    small.append(two_samples(f"{first} and {second}, ties", random.integers(0, 4, first), random.integers(0, 5, second)))
small.append(two_samples("constant and equal", np.full(20, 3.5), np.full(8, 3.5)))
small.append(two_samples("constant and apart", np.full(20, 3.5), np.full(8, -2.0)))
small.append(two_samples("huge and tiny", 10.0 ** random.uniform(-300, 300, 80), 10.0 ** random.uniform(-300, 300, 50)))

adjusted = [[0.01], [0.04, 0.03, 0.02, 0.01], [0.5, 0.5, 0.001, 1.0, 0.0, 0.2], random.uniform(0, 1, 40).tolist()]
golden = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__},
    "tolerance": 1e-9,
    "reason": "relative; distances are equal but for sums in another order (1e-12), chances come from other formulas in part",
    "samples": small,
    "drawn": [
        drawn("exact, many rows", 9_000, 4_000, 1, 0.0),
        drawn("asymptotic, near", 20_000, 15_000, 2, 0.0),
        drawn("asymptotic, apart", 20_000, 15_000, 2, 0.02),
        drawn("asymptotic, few on one side", 12_000, 30, 1, 0.1),
        drawn("asymptotic, few on one side, near", 12_000, 30, 1, 0.01),
        drawn("asymptotic, hundreds on one side", 12_000, 400, 1, 0.03),
        drawn("asymptotic, far apart", 15_000, 15_000, 1, 0.15),
    ],
    "counts": [
        counts("alike", [100, 200, 300], [90, 210, 305]),
        counts("apart", [100, 200, 300], [300, 200, 100]),
        counts("an empty category", [5, 0, 7, 9], [4, 0, 12, 1]),
        counts("one side lacks a level", [50, 0, 7], [40, 10, 5]),
        counts("two levels", [10, 20], [20, 10]),
        counts("many levels", random.integers(1, 60, 200).tolist(), random.integers(1, 60, 200).tolist()),
        counts("very unlike", [10_000, 1], [1, 10_000]),
    ],
    "adjusted": [{"chances": chances, "expected": false_discovery_control(chances).tolist()} for chances in adjusted],
}
Path(__file__).with_name("case.json").write_text(json.dumps(golden) + "\n")
