"""CSV to validated Parquet and a quarantine by DuckDB and by polars, two threads each.

Asked line by line on stdin, {"do": "duckdb" | "polars"}; answers with one line of JSON: rows, wall and CPU seconds.
"""
import json, os, resource, sys, time

path, folder = sys.argv[1], sys.argv[2]
os.environ["POLARS_MAX_THREADS"] = "2"
LIMITS = {"price": (1, 1e9), "bed": (0, 200), "bath": (0, 200), "acre_lot": (0, 100000), "house_size": (50, 2e6), "lat": (-90, 90), "lon": (-180, 180)}
COLUMNS = open(path).readline().strip().split(",")
good, bad = os.path.join(folder, "good.parquet"), os.path.join(folder, "bad.parquet")


def by_duckdb():
    import duckdb
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


def by_polars():
    import polars as pl
    frame = pl.read_csv(path, infer_schema=False)
    ok = pl.lit(True)
    for c, (lo, hi) in LIMITS.items():
        value = pl.col(c).cast(pl.Float64, strict=False)
        ok = ok & (value.is_between(lo, hi).fill_null(False) | (pl.col(c).is_null() & pl.lit(c != "price")))
    frame = frame.with_columns(ok.alias("ok"))
    typed = frame.filter(pl.col("ok")).drop("ok").with_columns([pl.col(c).cast(pl.Float64) for c in LIMITS])
    typed.write_parquet(good, compression="zstd")
    frame.filter(~pl.col("ok")).drop("ok").write_parquet(bad)
    return typed.height


ENGINES = {"duckdb": by_duckdb, "polars": by_polars}
for line in sys.stdin:
    work = ENGINES[json.loads(line)["do"]]
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    rows = work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"rows": rows, "wall": time.perf_counter() - started, "cpu": cpu}), flush=True)
