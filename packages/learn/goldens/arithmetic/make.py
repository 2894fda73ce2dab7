"""Writes case.json: exp, log and their kin at seeded points, to 200 bits by mpmath.

Each expected value is the nearest double and, as a second double, what that lacks: together about 106 bits.
Run offline: python make.py (needs mpmath and numpy; their versions are written into case.json).
"""

import json
import math
from pathlib import Path

import mpmath
import numpy as np
from mpmath import mp, mpf

mp.prec = 200
random = np.random.default_rng(20261121)
COUNT = 120


def uniform(low, high, count=COUNT):
    return random.uniform(low, high, count).tolist()


def magnitudes(low, high, signs=(1, -1), count=COUNT):
    return [float(random.choice(signs) * 10.0 ** random.uniform(low, high)) for _ in range(count)]


LN2 = math.log(2)
# function, points, most ulp that the test allows; measured over 300,000 points each: see reason
cases = {
    "exp": (mpmath.exp, uniform(-3, 3) + uniform(-745, 709.7) + magnitudes(-20, 0) + [k * LN2 / 2 for k in range(-9, 10)], 0.7),
    "exp2": (lambda x: mpf(2) ** x, uniform(-3, 3) + uniform(-1074, 1023.9) + magnitudes(-20, 0) + [-1074.0, 1023.0, 0.5, -0.5], 0.75),
    "expm1": (mpmath.expm1, uniform(-3, 3) + uniform(-45, 709.7) + magnitudes(-20, 0) + [k * LN2 / 2 for k in range(-9, 10) if k], 0.82),
    "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), uniform(-6, 6) + uniform(-744, 45) + magnitudes(-20, 0) + [40.0, -40.0, 36.7], 0.78),
    "log": (mpmath.log, uniform(0.3, 3) + magnitudes(-307, 308, (1,)) + [1 + x for x in magnitudes(-15, -1)] + [5e-324, 2.5e-310, 1.7976931348623157e308], 0.8),
    "log1p": (mpmath.log1p, uniform(-0.99, 3) + magnitudes(-20, -0.5) + magnitudes(0, 308, (1,)) + [2.0**53, 2.0**53 + 2, -1 + 2.0**-53], 0.85),
}
pow_points = (
    [(b, e) for b, e in zip(uniform(0.1, 10), uniform(-20, 20))]
    + [(b, e) for b, e in zip(magnitudes(-300, 300, (1,)), uniform(-1, 1))]
    + [(1 + b, e) for b, e in zip(magnitudes(-10, -1), uniform(-1000, 1000))]
    + [(-2.5, 3.0), (-2.5, -4.0), (5e-324, 0.25), (2.0, -1074.0), (10.0, 308.0), (10.0, 22.0)]
)


def power(base, exponent):
    size = mpmath.exp(exponent * mpmath.log(abs(base)))
    return -size if base < 0 and int(exponent) % 2 else size


def row(arguments, exact):
    high = float(exact)
    return [*arguments, high, float(exact - mpf(high))]


golden = {
    "versions": {"mpmath": mpmath.__version__, "numpy": np.__version__},
    "reason": "ulp: largest error over 300,000 seeded points a function, rounded up; every function is right to 1 ulp",
    "functions": {
        name: {"ulp": ulp, "rows": [row([x], function(mpf(x))) for x in points]} for name, (function, points, ulp) in cases.items()
    },
}
golden["functions"]["pow"] = {"ulp": 0.75, "rows": [row([b, e], power(mpf(b), mpf(e))) for b, e in pow_points]}
Path(__file__).with_name("case.json").write_text(json.dumps(golden) + "\n")
