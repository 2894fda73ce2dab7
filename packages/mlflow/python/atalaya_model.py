"""Loads a model that Atalaya trained and answers with it: features, trees and answers as Atalaya computes them.

Needs numpy alone. The model is data (model.json and one .npy file for each array of the trees); nothing of it is executed.

    from atalaya_model import load
    model = load("data")
    model.predict({"bed": [3, 4], "state": ["Ohio", None]})          # a dict of columns, or a pandas DataFrame
    model.predict(frame, output="probability")                       # also: "label", "value", "score", "raw", "features"

Within MLflow: mlflow.pyfunc.load_model("models:/house-prices@production").predict(frame, params={"output": "raw"})
"""
import json
import math
import os
from datetime import datetime, timezone

import numpy as np

MILLISECONDS_PER_DAY = 86_400_000.0
ZERO_WITHIN = np.float64(np.float32(1e-35))
ARRAYS = (
    "rootByTree", "outputByTree", "featureByNode", "thresholdByNode", "leftByNode", "rightByNode", "missingLeftByNode",
    "categorySetByNode", "categorySetStart", "categoryWords", "zeroIsMissingByFeature", "valueByNode", "baseByOutput",
)


def _is_missing(value):
    return value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType")


class Column:
    """One column: `kind` is number, boolean, time (both as doubles, NaN = missing) or category (texts, None = missing)."""

    def __init__(self, kind, values):
        self.kind, self.values = kind, values


# Reading rows ------------------------------------------------------------------------------------------------------------


def _numbers(schema, given):
    array = np.asarray(given)
    if array.dtype.kind in "fiub":
        values = array.astype(np.float64)
    else:
        values = np.array([math.nan if _is_missing(v) else v for v in array.tolist()], dtype=np.float64)
    low, high = schema.get("min", -math.inf), schema.get("max", math.inf)
    with np.errstate(invalid="ignore"):
        bad = (values < low) | (values > high) | np.isinf(values)
        if schema["type"] == "integer":
            bad |= values != np.floor(values)
        bad &= ~np.isnan(values)
    _refuse(schema, array, bad, f"a {schema['type']} from {low} to {high}")
    return values


def _booleans(schema, given):
    array = np.asarray(given)
    if array.dtype.kind == "b":
        return array.astype(np.float64)
    values = np.full(len(array), math.nan)
    for row, value in enumerate(array.tolist()):
        if not _is_missing(value):
            if value not in (True, False):
                raise ValueError(f"{schema['name']}, row {row}: {value!r} is not true or false")
            values[row] = float(value)
    return values


def _texts(schema, given):
    values = np.array([None if _is_missing(v) else str(v) for v in np.asarray(given, dtype=object).tolist()], dtype=object)
    levels = schema.get("levels")
    if levels is not None:
        known = set(levels)
        _refuse(schema, values, np.array([v is not None and v not in known for v in values], dtype=bool), f"one of {levels}")
    return values


def _time(value):
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, str):
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
        if moment.tzinfo is None:
            if len(value) > 10:
                raise ValueError(f"{value!r} has no time zone")
            moment = moment.replace(tzinfo=timezone.utc)
        return moment.timestamp() * 1000.0
    return value.timestamp() * 1000.0


def _times(given):
    array = np.asarray(given)
    if array.dtype.kind == "M":
        values = array.astype("datetime64[us]").astype(np.float64) / 1000.0
        values[np.isnat(array)] = math.nan
        return values
    return np.array([math.nan if _is_missing(v) else _time(v) for v in array.tolist()], dtype=np.float64)


def _refuse(schema, values, bad, expected):
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(f"{schema['name']}, row {row}: expected {expected}, received {values[row]!r}")


def _read(schema, given, rows):
    name, kind = schema["name"], schema["type"]
    if given is None:
        if not schema["optional"]:
            raise ValueError(f"The column {name!r} is missing")
        given = [None] * rows
    column = _cells(kind, schema, given)
    if not schema["optional"]:
        gone = np.array([v is None for v in column.values]) if column.kind == "category" else np.isnan(column.values)
        if gone.any():
            raise ValueError(f"{name}, row {int(np.argmax(gone))}: a value is needed")
    return column


def _cells(kind, schema, given):
    if kind in ("number", "integer"):
        return Column("number", _numbers(schema, given))
    if kind == "boolean":
        return Column("boolean", _booleans(schema, given))
    if kind == "time":
        return Column("time", _times(given))
    return Column("category", _texts(schema, given))


# Expressions -------------------------------------------------------------------------------------------------------------


def _finite(values):
    return np.where(np.isfinite(values), values, math.nan)


def _kleene(left, right, decides):
    """`and` (decides = 0) and `or` (decides = 1): a side that decides alone needs no other."""
    other = 1.0 - decides
    plain = np.where((left == other) & (right == other), other, math.nan)
    return np.where((left == decides) | (right == decides), decides, plain)


def _civil(days):
    shifted = days + 719_468
    era = np.floor(shifted / 146_097)
    day = shifted - era * 146_097
    year = np.floor((day - np.floor(day / 1_460) + np.floor(day / 36_524) - np.floor(day / 146_096)) / 365)
    of_year = day - (365 * year + np.floor(year / 4) - np.floor(year / 100))
    march = np.floor((5 * of_year + 2) / 153)
    month = np.where(march < 10, march + 3, march - 9)
    return month, year + era * 400 + np.where(month <= 2, 1, 0)


def _time_part(part, time):
    day = np.floor(time / MILLISECONDS_PER_DAY)
    if part == "hour":
        return np.floor((time - day * MILLISECONDS_PER_DAY) / 3_600_000)
    if part == "weekday":
        return np.where(np.isnan(day), math.nan, np.mod(day + 3, 7))
    month, year = _civil(day)
    return np.where(np.isnan(day), math.nan, month if part == "month" else year)


BINARY = {
    "add": lambda a, b: _finite(a + b), "sub": lambda a, b: _finite(a - b), "mul": lambda a, b: _finite(a * b),
    "div": lambda a, b: _finite(a / b), "min": np.minimum, "max": np.maximum,
}
UNARY = {"log1p": lambda a: _finite(np.log1p(a)), "abs": np.abs, "sqrt": np.sqrt, "floor": np.floor}
COMPARE = {"lt": np.less, "lte": np.less_equal, "gt": np.greater, "gte": np.greater_equal}


def _evaluate(expression, columns, rows):
    op = expression["op"]

    def of(name):
        return _evaluate(expression[name], columns, rows)

    if op == "column":
        return columns[expression["name"]]
    if op == "number":
        return Column("number", np.full(rows, float(expression["value"])))
    if op in BINARY:
        return Column("number", BINARY[op](of("left").values, of("right").values))
    if op in UNARY:
        return Column("number", UNARY[op](of("of").values))
    if op in COMPARE:
        left, right = of("left").values, of("right").values
        return Column("boolean", np.where(np.isnan(left) | np.isnan(right), math.nan, COMPARE[op](left, right).astype(np.float64)))
    if op in ("and", "or"):
        return Column("boolean", _kleene(of("left").values, of("right").values, 0.0 if op == "and" else 1.0))
    if op == "not":
        return Column("boolean", 1.0 - of("of").values)
    if op == "orElse":
        values = of("of").values
        return Column("number", np.where(np.isnan(values), float(expression["value"]), values))
    if op == "isMissing":
        column = of("of")
        gone = np.array([v is None for v in column.values]) if column.kind == "category" else np.isnan(column.values)
        return Column("boolean", gone.astype(np.float64))
    if op == "isIn":
        wanted = set(expression["levels"])
        return Column("boolean", np.array([math.nan if v is None else float(v in wanted) for v in of("of").values]))
    if op == "bucket":
        values, labels = of("of").values, expression["labels"]
        places = np.searchsorted(np.asarray(expression["edges"], dtype=np.float64), values, side="right")
        return Column("category", np.array([None if v != v else labels[p] for v, p in zip(values, places)], dtype=object))
    if op == "daysSince":
        return Column("number", _finite((of("later").values - of("earlier").values) / MILLISECONDS_PER_DAY))
    if op in ("hour", "weekday", "month", "year"):
        return Column("number", _time_part(op, of("of").values))
    raise ValueError(f"This loader does not know the operation {op!r}")


# Features ----------------------------------------------------------------------------------------------------------------


def _encode(encoder, column):
    kind = encoder["kind"]
    if kind == "number":
        return [column.values / MILLISECONDS_PER_DAY if column.kind == "time" else column.values]
    levels = encoder["levels"]
    if kind == "levels":
        values, missing, unseen = [list(range(len(levels)))], [math.nan], [math.nan]
    elif kind == "targetMean":
        values, missing, unseen = encoder["values"], encoder["missing"], encoder["fallback"]
    else:
        values, missing, unseen = [encoder["values"]], [math.nan], [encoder["fallback"]]
    if column.kind == "category":
        keys, place = column.values, {level: position for position, level in enumerate(levels)}
    elif column.kind == "boolean":
        keys = [None if v != v else ("true" if v else "false") for v in column.values]
        place = {level: position for position, level in enumerate(levels)}
    else:
        keys, place = [None if v != v else v for v in column.values.tolist()], {}
        for position, level in enumerate(levels):
            place[float(level)] = position
    # The last two places stand for a level that was never seen and for a missing one.
    codes = np.array([len(levels) + 1 if key is None else place.get(key, len(levels)) for key in keys], dtype=np.int64)
    return [np.array([*own, unseen[i], missing[i]], dtype=np.float64)[codes] for i, own in enumerate(values)]


# Trees -------------------------------------------------------------------------------------------------------------------


class Trees:
    def __init__(self, folder, precision):
        self.single = precision == "float32"
        for name in ARRAYS:
            setattr(self, name, np.load(os.path.join(folder, f"{name}.npy"), allow_pickle=False))
        nodes = max(1, len(self.featureByNode))
        self.values = self.valueByNode.reshape(nodes, -1) if len(self.featureByNode) else np.zeros((1, 1))
        self.has_sets = bool((self.categorySetByNode >= 0).any())

    def raw(self, matrix, linear):
        """[row, output] of a matrix [row, feature]."""
        rows, outputs = len(matrix), len(self.baseByOutput)
        raw = np.tile(self.baseByOutput, (rows, 1))
        if linear is not None:
            filled = np.where(np.isnan(matrix), linear["fill"], matrix)
            weights = np.asarray(linear["weights"], dtype=np.float64).reshape(outputs, -1)
            for feature in range(matrix.shape[1]):
                raw += filled[:, feature : feature + 1] * weights[:, feature]
        seen = matrix.astype(np.float32).astype(np.float64) if self.single else matrix
        for feature in np.flatnonzero(self.zeroIsMissingByFeature):
            seen = seen.copy() if seen is matrix else seen
            seen[np.abs(seen[:, feature]) <= ZERO_WITHIN, feature] = math.nan
        for tree, root in enumerate(self.rootByTree):
            leaves, only = self._leaves(int(root), seen), self.outputByTree[tree]
            if only >= 0:
                raw[:, only] = self._rounded(raw[:, only] + self.values[leaves, 0])
            else:
                raw = self._rounded(raw + self.values[leaves])
        return raw

    def _rounded(self, sums):
        return sums.astype(np.float32).astype(np.float64) if self.single else sums

    def _leaves(self, root, matrix):
        nodes = np.full(len(matrix), root, dtype=np.int64)
        inside = np.arange(len(matrix)) if self.featureByNode.size and self.featureByNode[root] >= 0 else np.empty(0, np.int64)
        while inside.size:
            at = nodes[inside]
            values = matrix[inside, self.featureByNode[at]]
            missing = np.isnan(values)
            left = values <= self.thresholdByNode[at]
            if self.has_sets:
                left, missing = self._in_sets(at, values, left, missing)
            left = np.where(missing, self.missingLeftByNode[at] == 1, left)
            nodes[inside] = np.where(left, self.leftByNode[at], self.rightByNode[at])
            inside = inside[self.featureByNode[nodes[inside]] >= 0]
        return nodes

    def _in_sets(self, at, values, left, missing):
        sets = self.categorySetByNode[at]
        by_set = sets >= 0
        start = self.categorySetStart[np.where(by_set, sets, 0)]
        end = self.categorySetStart[np.where(by_set, sets + 1, 0)]
        code = np.trunc(values)
        known = by_set & (code >= 0) & (code < (end - start) * 32)
        whole = np.where(known, code, 0).astype(np.int64)
        words = self.categoryWords[np.where(known, start + (whole >> 5), 0)].astype(np.int64) & 0xFFFFFFFF
        member = ((words >> (whole & 31)) & 1) == 1
        return np.where(by_set, member, left), np.where(by_set, ~known, missing)


# Answers -----------------------------------------------------------------------------------------------------------------


def _sigmoid(values):
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-values))


def _average_path(rows):
    if rows <= 2:
        return float(max(0, rows - 1))
    return 2 * (math.log(rows - 1) + 0.5772156649015329) - 2 * (rows - 1) / rows


class Model:
    """A loaded model. `columns` names what it reads; `predict` answers."""

    def __init__(self, folder):
        with open(os.path.join(folder, "model.json"), encoding="utf-8") as file:
            self.facts = json.load(file)
        self.inputs = self.facts["features"]["inputs"]
        self.columns = [schema["name"] for schema in self.inputs]
        self.trees = Trees(folder, self.facts["model"]["precision"])

    def features(self, rows):
        """The matrix [row, feature] of a DataFrame or a dict of columns."""
        names = set(rows.columns) if hasattr(rows, "columns") else set(rows)
        unknown = names - set(self.columns)
        if unknown:
            raise ValueError(f"Unknown columns: {sorted(unknown)}; the model reads {self.columns}")
        count = len(rows) if hasattr(rows, "columns") else max((len(v) for v in rows.values()), default=0)
        columns = {s["name"]: _read(s, rows[s["name"]] if s["name"] in names else None, count) for s in self.inputs}
        with np.errstate(all="ignore"):
            derived = {d["name"]: _evaluate(d["expression"], columns, count) for d in self.facts["features"]["derived"]}
        columns.update(derived)
        matrix = [c for f in self.facts["features"]["features"] for c in _encode(f["encoder"], columns[f["name"]])]
        return np.column_stack(matrix) if matrix else np.empty((count, 0))

    def predict(self, rows, output=None):
        """Values, labels or scores by the task; `output` asks for something else of a model."""
        matrix = self.features(rows)
        if output == "features":
            return matrix
        raw = self.trees.raw(matrix, self.facts["model"]["linear"])
        if output == "raw":
            return raw
        space = self.facts["model"]["space"]
        if space in ("value", "exp", "log1p"):
            return {"value": lambda v: v, "exp": np.exp, "log1p": np.expm1}[space](raw[:, 0])
        if space == "pathLength":
            return np.exp2(-raw[:, 0] / _average_path(self.facts["model"]["isolation"]["rowsPerTree"]))
        probability = self._calibrated(raw, self._probability(space, raw))
        if output == "probability":
            return probability
        return np.array(self.facts["model"]["classes"], dtype=object)[self._chosen(probability)]

    @staticmethod
    def _probability(space, raw):
        if space == "logOdds":
            return np.column_stack([_sigmoid(-raw[:, 0]), _sigmoid(raw[:, 0])])
        if space == "softmax":
            powers = np.exp(raw - raw.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)
        return raw

    def _calibrated(self, raw, probability):
        calibration = self.facts["calibration"]
        if calibration is None:
            return probability
        shares = self.facts["model"]["space"] == "probability" and raw.shape[1] == 2
        scores = raw[:, 1:] if shares else raw
        curves = calibration["byClass"]
        if calibration["kind"] == "platt":
            lines = [c["slope"] * scores[:, i] + c["intercept"] for i, c in enumerate(curves)]
            each = [_sigmoid(line) for line in lines]
            first = _sigmoid(-lines[0])
        else:
            each = [np.interp(scores[:, i], c["score"], c["probability"]) for i, c in enumerate(curves)]
            first = 1.0 - each[0]
        if len(each) == 1:
            return np.column_stack([first, each[0]])
        together = np.column_stack(each)
        total = together.sum(axis=1, keepdims=True)
        return np.where(total > 0, together / np.where(total > 0, total, 1.0), 1.0 / len(each))

    def _chosen(self, probability):
        threshold = self.facts["decisionThreshold"]
        if threshold is not None and probability.shape[1] == 2:
            return (probability[:, 1] >= threshold).astype(np.int64)
        return probability.argmax(axis=1)


def load(folder):
    return Model(folder)


class _PyFunc:
    def __init__(self, folder):
        self.model = Model(folder)

    def predict(self, model_input, params=None):
        wanted = (params or {}).get("output") or None
        return self.model.predict(model_input, None if wanted == "answer" else wanted)


def _load_pyfunc(path):
    """What mlflow.pyfunc calls."""
    return _PyFunc(path)
