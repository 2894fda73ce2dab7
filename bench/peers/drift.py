"""KS (scipy) and PSI (numpy) of 20 columns against a reference; as people write it. Prints one JSON line."""
import json, sys, time
import numpy as np
from scipy.stats import ks_2samp

reference_file, current_file, columns, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
reference = np.fromfile(reference_file).reshape(columns, -1)
current = np.fromfile(current_file).reshape(columns, -1)


def psi(edges, expected, values):
    shares = np.histogram(values, edges)[0] / len(values)
    p, q = np.maximum(shares, 1e-4), np.maximum(expected, 1e-4)
    return float(np.sum((p - q) * np.log(p / q)))


edges, expected = [], []
for column in reference:
    edge = np.unique(np.quantile(column, np.linspace(0, 1, 11)))
    edge[0], edge[-1] = -np.inf, np.inf
    edges.append(edge)
    expected.append(np.histogram(column, edge)[0] / len(column))
ks_2samp(reference[0][:100], current[0][:100])
cpu, wall = [], []
for _ in range(repeats):
    started, used = time.perf_counter(), time.process_time()
    results = [(*ks_2samp(reference[j], current[j]), psi(edges[j], expected[j], current[j])) for j in range(columns)]
    wall.append(time.perf_counter() - started)
    cpu.append(time.process_time() - used)
print(json.dumps({"cpu": sorted(cpu)[repeats // 2], "wall": sorted(wall)[repeats // 2], "distances": [r[0] for r in results]}))
