"""CSV to validated Parquet and a quarantine by DuckDB. Prints one JSON line with rows, wall and CPU seconds."""
import json, os, resource, sys, time
import duckdb

path, folder, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
LIMITS = {"price": (1, 1e9), "bed": (0, 200), "bath": (0, 200), "acre_lot": (0, 100000), "house_size": (50, 2e6), "lat": (-90, 90), "lon": (-180, 180)}


def run():
    good, bad = os.path.join(folder, "good.parquet"), os.path.join(folder, "bad.parquet")
    con = duckdb.connect()
    con.execute("set threads to 2")
    con.execute(f"create table raw as select * from read_csv('{path}', header=true, all_varchar=true)")
    ok = " and ".join(
        f"coalesce(try_cast({c} as double) between {lo} and {hi}, {c} is null and '{c}' <> 'price')" for c, (lo, hi) in LIMITS.items()
    )
    typed = ", ".join(f"try_cast({c} as double) as {c}" if c in LIMITS else c for c in COLUMNS)
    con.execute(f"copy (select {typed} from raw where {ok}) to '{good}' (format parquet, compression zstd)")
    con.execute(f"copy (select * from raw where not ({ok})) to '{bad}' (format parquet)")
    rows = con.execute(f"select count(*) from '{good}'").fetchone()[0]
    con.close()
    return rows


COLUMNS = open(path).readline().strip().split(",")
cpu, wall = [], []
for _ in range(repeats):
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    rows = run()
    after = resource.getrusage(resource.RUSAGE_SELF)
    wall.append(time.perf_counter() - started)
    cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
print(json.dumps({"rows": rows, "cpu": sorted(cpu)[repeats // 2], "wall": sorted(wall)[repeats // 2]}))
