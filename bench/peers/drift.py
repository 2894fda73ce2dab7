"""Drift of 20 columns by SciPy's ks_2samp and a PSI in numpy, and by Evidently's preset, as people write it.

Asked line by line on stdin, {"do": ...}; answers with one line of JSON, as bench/peers/tuning.py does.
"""
import json, sys, time
import numpy as np

folder, columns = sys.argv[1], int(sys.argv[2])
reference = current = None
edges, expected = [], []


def psi(edge, expect, values):
    shares = np.histogram(values, edge)[0] / len(values)
    p, q = np.maximum(shares, 1e-4), np.maximum(expect, 1e-4)
    return float(np.sum((p - q) * np.log(p / q)))


def load(name):
    return np.fromfile(f"{folder}/{name}").reshape(columns, -1)


def prepare_reference():
    global reference
    reference = load("reference")
    for column in reference:
        edge = np.unique(np.quantile(column, np.linspace(0, 1, 11)))
        edge[0], edge[-1] = -np.inf, np.inf
        edges.append(edge)
        expected.append(np.histogram(column, edge)[0] / len(column))
    return {"rows": reference.shape[1]}


def prepare_current():
    global current
    current = load("current")
    return {"rows": current.shape[1]}


def timed(work):
    wall, used = time.perf_counter(), time.process_time()
    out = work()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - used, **out}


def ks_psi():
    from scipy.stats import ks_2samp
    return {"distances": [(float(ks_2samp(reference[j], current[j])[0]), psi(edges[j], expected[j], current[j]))[0] for j in range(columns)]}


def prepare_evidently():
    """Frames and imports lie outside of the timing."""
    import pandas as pd
    from evidently import Report
    from evidently.presets import DataDriftPreset
    names = [f"f{j}" for j in range(columns)]
    globals()["frames"] = [pd.DataFrame(part.T, columns=names) for part in (reference, current)]
    globals()["report"] = lambda now, before: Report([DataDriftPreset()]).run(now, before).dict()
    report(frames[1].head(1_000), frames[0].head(1_000))
    return {"rows": len(frames[1])}


def evidently():
    report(frames[1], frames[0])
    return {}


TASKS = {"prepare_reference": prepare_reference, "prepare_current": prepare_current, "prepare_evidently": prepare_evidently,
         "ks_psi": lambda: timed(ks_psi), "evidently": lambda: timed(evidently)}
for line in sys.stdin:
    print(json.dumps(TASKS[json.loads(line)["do"]]()), flush=True)
