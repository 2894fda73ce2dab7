"""A LightGBM model of patients (Diabetes-130) with missing values and native categories, and its own SHAP values.

Needs numpy, pandas and lightgbm. Run here: python make.py FOLDER-OF-THE-DATA
"""

import json
import sys
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd

frame = pd.read_csv(Path(sys.argv[1]) / "diabetes-130" / "diabetic_data.csv.gz", dtype=str, keep_default_na=False, na_values=["?"])
target = (frame.readmitted == "<30").to_numpy(int)
numbers = ["time_in_hospital", "num_lab_procedures", "num_medications", "number_inpatient", "number_diagnoses"]
categories = ["race", "age", "medical_specialty", "payer_code", "discharge_disposition_id", "insulin"]
columns = [frame[name].astype("float64") for name in numbers]
columns += [frame[name].astype("category").cat.codes.astype("float64").replace(-1, np.nan) for name in categories]
matrix = np.column_stack(columns)
matrix[np.random.default_rng(1).random(matrix.shape) < 0.02] = np.nan

names = numbers + categories
parameters = {"objective": "binary", "num_leaves": 31, "learning_rate": 0.1, "seed": 1, "num_threads": 1, "verbose": -1}
data = lightgbm.Dataset(matrix, target, feature_name=names, categorical_feature=categories)
booster = lightgbm.train(parameters, data, num_boost_round=25)

explained = matrix[:: len(matrix) // 40][:40]
contributions = booster.predict(explained, pred_contrib=True)
Path("model.txt").write_text(booster.model_to_string())
as_list = lambda values: [None if np.isnan(value) else float(value) for value in values]
Path("input.json").write_text(json.dumps({"rows": [as_list(row) for row in explained]}))
expected = {"base": float(contributions[0, -1]), "effects": [[float(value) for value in row[:-1]] for row in contributions]}
Path("expected.json").write_text(json.dumps(expected))
