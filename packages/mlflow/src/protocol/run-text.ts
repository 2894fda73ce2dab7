import type { Fragment } from "@atalaya/registry";
import { sql } from "@atalaya/store";

/**
 * The JSON of run `r` as the protocol has it, made by PostgreSQL out of everything that was logged to the run: what `runJson` makes
 * of one run, for pages of them. A page goes from there to the client as text, and nothing is made of its rows here.
 */
export const runText: Fragment = sql`'{"info":' || ${info()} || ',"data":{' || concat_ws(',',
    '"metrics":[' || ${listed(metric(), sql`atalaya.latest_metrics`)} || ']',
    '"params":[' || ${listed(pair(), sql`atalaya.run_params`)} || ']',
    '"tags":[' || ${listed(pair(), sql`atalaya.run_tags`)} || ']')
  || '},"inputs":{' || case when exists (select from atalaya.run_datasets where run = r.number)
      or exists (select from atalaya.run_models where run = r.number) then concat_ws(',',
    '"dataset_inputs":[' || ${datasets()} || ']',
    '"model_inputs":[' || ${models(sql`'{"model_id":' || to_json(model) || '}'`, "input")} || ']') else '' end
  || '},"outputs":{' || case when exists (select from atalaya.run_models where run = r.number) then coalesce(
    '"model_outputs":[' || ${models(sql`'{"model_id":' || to_json(model) || ',"step":' || step || '}'`, "output")} || ']', '') else '' end
  || '}}' as text`;

/** Ids are hexadecimal, status and stage one of a list: they need no escape, which costs as much as the rest. */
function info(): Fragment {
  return sql`'{"run_uuid":"' || r.id || '","experiment_id":"' || r.experiment || '","run_name":' || to_json(r.name)
    || ',"user_id":' || to_json(r.user_id) || ',"status":"' || r.status || '"'
    || coalesce(',"start_time":' || r.started_at, '') || coalesce(',"end_time":' || r.ended_at, '')
    || ',"artifact_uri":' || to_json(r.artifact_uri) || ',"lifecycle_stage":"' || r.stage || '","run_id":"' || r.id || '"}'`;
}

/** NaN goes out as a word, as JSON has no number for it; other numbers have the digits that they need. */
function metric(): Fragment {
  return sql`'{"key":' || to_json(key) || ',"value":' || case when value < 'Infinity' and value > '-Infinity' then value::text
    else '"' || value || '"' end || ',"timestamp":' || at || ',"step":' || step || '}'`;
}

function pair(): Fragment {
  return sql`'{"key":' || to_json(key) || ',"value":' || to_json(value) || '}'`;
}

function listed(item: Fragment, table: Fragment): Fragment {
  return sql`(select string_agg(${item}, ',' order by key) from ${table} where run = r.number)`;
}

function models(item: Fragment, kind: "input" | "output"): Fragment {
  return sql`(select string_agg(${item}, ',' order by number) from atalaya.run_models where run = r.number and kind = ${sql.lit(kind)})`;
}

function datasets(): Fragment {
  return sql`(select string_agg(json_strip_nulls(json_build_object(
      'tags', (select json_agg(json_build_object('key', key, 'value', value) order by key collate "C") from jsonb_each_text(tags)),
      'dataset', json_build_object('name', name, 'digest', digest, 'source_type', source_type, 'source', source, 'schema', schema,
        'profile', profile)))::text, ',' order by dataset)
    from atalaya.run_datasets join atalaya.tracked_datasets on id = dataset where run = r.number)`;
}
