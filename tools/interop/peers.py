"""The Python side of tools/interop.mjs: trains models to import, and runs models that were exported.

python peers.py train FOLDER   writes models, their rows and their margins, and trained.json which lists them
python peers.py run FOLDER     reads exported.json, predicts, and writes NAME.out: float64 [rows, outputs]
"""

import json
import sys
from pathlib import Path

import lightgbm
import numpy as np
import onnx
import onnxruntime
import xgboost

sys.path.append(str(Path(__file__).parents[2] / "packages" / "learn" / "goldens"))
sys.dont_write_bytecode = True
from rows import make_rows, make_targets

ROWS = 10_000
NATIVE = ["q"] * 5 + ["c"] * 3
PLAIN = ["q"] * 8


def train(folder):
    rows = make_rows(ROWS)
    number, three = make_targets(rows)
    two = (three > 1).astype(int)
    rows.tofile(folder / "rows.bin")
    classes = {"num_class": 3}
    xgboost_cases = {
        "xgboost-squared": (PLAIN, number, 300, {"max_depth": 8}),
        "xgboost-logistic": (PLAIN, two, 300, {"objective": "binary:logistic", "subsample": 0.7}),
        "xgboost-poisson": (PLAIN, np.maximum(0, np.round(number + 2)), 200, {"objective": "count:poisson"}),
        "xgboost-softprob": (PLAIN, three, 100, {"objective": "multi:softprob", **classes}),
        "xgboost-categories": (NATIVE, number, 200, {"max_cat_to_onehot": 4}),
        "xgboost-categories-softprob": (NATIVE, three, 60, {"objective": "multi:softprob", **classes}),
    }
    lightgbm_cases = {
        "lightgbm-regression": (PLAIN, number, 300, {"num_leaves": 63}),
        "lightgbm-no-missing": (PLAIN, number, 100, {"use_missing": False}),
        "lightgbm-zero-as-missing": (PLAIN, number, 100, {"zero_as_missing": True}),
        "lightgbm-binary": (PLAIN, two, 300, {"objective": "binary", "bagging_fraction": 0.7, "bagging_freq": 1}),
        "lightgbm-multiclass": (PLAIN, three, 100, {"objective": "multiclass", **classes}),
        "lightgbm-categories": (NATIVE, number, 200, {"min_data_per_group": 10}),
        "lightgbm-categories-binary": (NATIVE, two, 200, {"objective": "binary", "max_cat_threshold": 64}),
    }
    listed = []
    for name, (types, target, trees, parameters) in xgboost_cases.items():
        data = xgboost.DMatrix(rows.astype(np.float32), target, feature_types=types, enable_categorical=True)
        booster = xgboost.train({"max_depth": 6, "eta": 0.1, "nthread": 1, "seed": 1, **parameters}, data, trees)
        booster.save_model(folder / f"{name}.json")
        booster.save_model(folder / f"{name}.ubj")
        booster.predict(data, output_margin=True).astype(np.float32).tofile(folder / f"{name}.margins")
        listed.append({"name": name, "library": "xgboost"})
    for name, (types, target, trees, parameters) in lightgbm_cases.items():
        native = [column for column, kind in enumerate(types) if kind == "c"]
        options = {"verbose": -1, "num_threads": 1, "seed": 1, "deterministic": True, "force_row_wise": True}
        booster = lightgbm.train({**options, **parameters}, lightgbm.Dataset(rows, target, categorical_feature=native), trees)
        booster.save_model(folder / f"{name}.txt")
        np.ascontiguousarray(booster.predict(rows, raw_score=True)).tofile(folder / f"{name}.margins")
        listed.append({"name": name, "library": "lightgbm"})
    (folder / "trained.json").write_text(json.dumps(listed))


def read_column(folder, column):
    if "texts" in column:
        return np.array(column["texts"], dtype=object)
    return np.fromfile(folder / column["file"])


def run_onnx(folder, case):
    path = folder / case["file"]
    onnx.checker.check_model(onnx.load(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feed = {column["name"]: read_column(folder, column).reshape(-1, 1) for column in case["columns"]}
    outputs = dict(zip([output.name for output in session.get_outputs()], session.run(None, feed)))
    if "label" in outputs:
        (folder / f"{case['name']}.labels").write_text(json.dumps(outputs["label"].tolist()))
    return outputs[case["output"]]


def run_xgboost(folder, case):
    booster = xgboost.Booster(model_file=folder / case["file"])
    rows = np.column_stack([read_column(folder, column) for column in case["columns"]]).astype(np.float32)
    data = xgboost.DMatrix(
        rows, feature_names=booster.feature_names, feature_types=booster.feature_types, enable_categorical=True
    )
    return booster.predict(data, output_margin=True)


def run(folder):
    for case in json.loads((folder / "exported.json").read_text()):
        values = run_onnx(folder, case) if case["format"] == "onnx" else run_xgboost(folder, case)
        np.ascontiguousarray(values.astype(np.float64)).tofile(folder / f"{case['name']}.out")


{"train": train, "run": run}[sys.argv[1]](Path(sys.argv[2]))
