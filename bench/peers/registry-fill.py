"""Fills an experiment with copies of one run, each with other values, in the tables of Atalaya or of MLflow: the same rows on
both sides, without waiting minutes for MLflow to take them one by one.

    registry-fill.py ours|theirs DATABASE-URL RUN COUNT
"""
import sys

import psycopg2

side, url, template, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
ours = [
    """with source as (select * from atalaya.tracked_runs where id = %(run)s),
    runs as (
      insert into atalaya.tracked_runs (id, experiment, name, user_id, status, started_at, ended_at, artifact_uri)
      select md5(experiment || '/' || i), experiment, name, user_id, status, started_at + i, ended_at, artifact_uri
      from source, generate_series(1, %(count)s) as i
      returning number, experiment, started_at - (select started_at from source) as i
    ), params as (
      insert into atalaya.run_params (run, experiment, key, value)
      select runs.number, runs.experiment, key, (i %% 10)::text from runs, atalaya.run_params as p where p.run = (select number from source)
    ), tags as (
      insert into atalaya.run_tags (run, experiment, key, value)
      select runs.number, runs.experiment, key, value from runs, atalaya.run_tags as t where t.run = (select number from source)
    ), points as (
      insert into atalaya.metric_points (run, key, at, step, value)
      select runs.number, key, at, step, (i * 7919 %% 1000) / 1000.0 from runs, atalaya.metric_points as m where m.run = (select number from source)
    )
    insert into atalaya.latest_metrics (run, experiment, key, value, at, step)
    select runs.number, runs.experiment, key, (i * 7919 %% 1000) / 1000.0, at, step
    from runs, atalaya.latest_metrics as m where m.run = (select number from source)""",
]
copies = "(select i, md5(%(run)s || '/' || i) as id from generate_series(1, %(count)s) as i) as made"


def copied(table, change):
    return f"""insert into {table} select (jsonb_populate_record(null::{table}, to_jsonb(source) || {change})).*
    from {table} as source, {copies} where source.run_uuid = %(run)s"""


theirs = [
    copied("runs", "jsonb_build_object('run_uuid', made.id, 'start_time', source.start_time + made.i)"),
    copied("params", "jsonb_build_object('run_uuid', made.id, 'value', (made.i %% 10)::text)"),
    copied("tags", "jsonb_build_object('run_uuid', made.id)"),
    copied("metrics", "jsonb_build_object('run_uuid', made.id, 'value', (made.i * 7919 %% 1000) / 1000.0)"),
    copied("latest_metrics", "jsonb_build_object('run_uuid', made.id, 'value', (made.i * 7919 %% 1000) / 1000.0)"),
]
with psycopg2.connect(url) as connection, connection.cursor() as cursor:
    for statement in ours if side == "ours" else theirs:
        cursor.execute(statement, {"run": template, "count": count})
connection.autocommit = True
with connection.cursor() as cursor:
    cursor.execute("vacuum analyze")
