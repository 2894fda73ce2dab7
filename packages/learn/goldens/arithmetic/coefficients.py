"""Prints the minimax coefficients of src/arithmetic, found by the Remez exchange at 60 digits.

Run offline: python coefficients.py (needs mpmath).
"""

from mpmath import cos, exp, log, lu_solve, matrix, mp, mpf, nstr, pi

mp.dps = 60


def remez(function, weight, low, high, degree):
    """Coefficients (lowest first) of the polynomial whose weighted error is least, and that error."""
    count = degree + 2
    points = [(low + high) / 2 + (high - low) / 2 * cos(pi * mpf(place) / (count - 1)) for place in range(count)][::-1]
    for _ in range(30):
        system, values = matrix(count, count), matrix(count, 1)
        for row, x in enumerate(points):
            for power in range(degree + 1):
                system[row, power] = x**power
            system[row, degree + 1] = (-1) ** row / weight(x)
            values[row] = function(x)
        solution = lu_solve(system, values)
        coefficients, levelled = [solution[power] for power in range(degree + 1)], abs(solution[degree + 1])
        grid = [low + (high - low) * step / 2000 for step in range(2001)]
        errors = [(sum(c * x**power for power, c in enumerate(coefficients)) - function(x)) * weight(x) for x in grid]
        extremes, start = [], 0
        for step in range(1, len(grid) + 1):
            if step == len(grid) or errors[step] * errors[start] < 0:
                extremes.append(max(range(start, step), key=lambda at: abs(errors[at])))
                start = step
        while len(extremes) > count:
            extremes.pop(0 if abs(errors[extremes[0]]) < abs(errors[extremes[-1]]) else -1)
        points = [grid[at] for at in extremes]
        largest = max(abs(error) for error in errors)
        if largest / levelled < mpf("1.001"):
            break
    return coefficients, largest


def show(name, found):
    coefficients, error = found
    print(name, "error 2^" + nstr(log(error, 2), 5), [repr(float(c)) for c in coefficients])


half = log(2) / 2 * mpf("1.0001")
show(
    "exp: 0.5 and cubicTail",
    remez(
        lambda r: mpf(1) / 2 + r / 6 if abs(r) < mpf("1e-12") else (exp(r) - 1 - r) / r**2,
        lambda r: max(r**2, mpf("0.0004")),
        -half,
        half,
        10,
    ),
)
widest = ((mpf(2) ** mpf("0.5") - 1) / (mpf(2) ** mpf("0.5") + 1) * mpf("1.0001")) ** 2
show(
    "log: tailOfLogarithm",
    remez(lambda z: sum(mpf(2) / (2 * k + 5) * z**k for k in range(40)), lambda z: mpf(1), mpf(0), widest, 7),
)
