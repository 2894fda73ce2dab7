"""A Prefect 3 flow of N empty tasks, without a server of ours: Prefect starts its temporary one. Process start to end is timed outside."""
import os, sys

os.environ.setdefault("PREFECT_MEMO_STORE_PATH", os.environ["PREFECT_HOME"] + "/memo_store.toml")
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "true"
from prefect import flow, task

nothing = task(lambda i: i, name="nothing", persist_result=False)


@flow
def empty(count):
    for i in range(count):
        nothing(i)


empty(int(sys.argv[1]))
