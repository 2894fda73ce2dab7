"""Compares the loader for Python with the answers that `loader-examples.mjs` wrote. Prints one JSON object.

    loader_parity.py FOLDER PATH_OF_LOADER
"""
import json
import os
import sys

import numpy as np

folder = sys.argv[1]
sys.path.insert(0, sys.argv[2])
from atalaya_model import load  # noqa: E402

gaps, labels = {}, 0
for name in sorted(os.listdir(folder)):
    with open(os.path.join(folder, name, "expected.json"), encoding="utf-8") as file:
        expected = json.load(file)
    model = load(os.path.join(folder, name, "data"))
    columns = {key: [row[key] for row in expected["rows"]] for key in expected["rows"][0]}
    answers = expected["answers"]
    if "label" in answers[0]:
        mine = model.predict(columns, output="probability")
        theirs = np.array([[answer["probability"][c] for c in expected["classes"]] for answer in answers])
        labels += int((model.predict(columns) != np.array([answer["label"] for answer in answers], dtype=object)).sum())
        gaps[name] = float(np.abs(mine - theirs).max())
    else:
        theirs = np.array([answer.get("value", answer.get("score")) for answer in answers])
        gaps[name] = float((np.abs(model.predict(columns) - theirs) / np.maximum(1e-12, np.abs(theirs))).max())
json.dump({"models": len(gaps), "largest_gap": max(gaps.values()), "different_labels": labels}, sys.stdout)
