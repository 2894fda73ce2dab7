import {
  createRun,
  deleteRunTag,
  findRun,
  type KeyValue,
  lastOfEach,
  metricHistories,
  metricHistory,
  moveRun,
  type RunStatus,
  updateRun,
  withContent,
} from "@atalaya/registry";
import { invalid } from "../errors.js";
import { metricJson, runInfoJson, runJson } from "../protocol/entities.js";
import type { Fields } from "../protocol/fields.js";
import { offsetOf, pageToken } from "../protocol/page-token.js";
import { checkMostResults, experimentNumber } from "../protocol/validate.js";
import { runGrammar } from "../search/grammar.js";
import { parseFilter } from "../search/parse-filter.js";
import { parseOrder } from "../search/parse-order.js";
import { runPages } from "../search/run-pages.js";
import { nextPage, stagesOf } from "./experiments.js";
import { JsonText } from "./json-text.js";
import { type Call, done, type ProtocolRoute } from "./route.js";
import { inventName } from "./run-names.js";

const statuses: readonly RunStatus[] = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];
const nameTag = "mlflow.runName";

async function create({ fields, store }: Call) {
  const experiment = experimentNumber(fields.optionalText("experiment_id") ?? "");
  const tags: KeyValue[] = lastOfEach(fields.pairs("tags"));
  const given = fields.optionalText("run_name") || null;
  const tagged = tags.find(({ key }) => key === nameTag)?.value ?? null;
  if (given !== null && tagged && given !== tagged)
    throw invalid(
      `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${given}', mlflow.runName='${tagged}').`,
    );
  const name = given ?? (tagged || inventName());
  if (!tagged) tags.push({ key: nameTag, value: name });
  const run = await createRun(store.database, {
    experiment,
    name,
    userId: fields.optionalText("user_id") ?? "",
    startedAt: fields.optionalInteger("start_time") ?? 0,
    tags,
  });
  return { run: { info: runInfoJson(run), data: { tags }, inputs: {} } };
}

async function update({ fields, store }: Call) {
  const status = statusOf(fields);
  const run = await updateRun(store.database, fields.run(), {
    status,
    endedAt: fields.optionalInteger("end_time"),
    name: fields.optionalText("run_name") || null,
  });
  return { run_info: runInfoJson(run) };
}

/** A name, or its number in the protocol. */
function statusOf(fields: Fields): RunStatus | null {
  const value = fields.raw("status");
  if (value === undefined) return null;
  const byNumber: readonly (RunStatus | undefined)[] = [undefined, "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];
  const status = typeof value === "number" ? byNumber[value] : statuses.find((known) => known === value);
  if (status === undefined)
    throw invalid(
      `Invalid value ${JSON.stringify(value)} for parameter 'status' supplied. It must be one of ${statuses.join(", ")}.`,
    );
  return status;
}

async function get({ fields, store }: Call) {
  const [run] = await withContent(store.database, [await findRun(store.database, fields.run())]);
  return { run: run === undefined ? {} : runJson(run) };
}

async function search({ fields, store }: Call) {
  const limit = fields.optionalInteger("max_results") ?? 1_000;
  checkMostResults(limit, 50_000);
  const offset = offsetOf(fields.optionalText("page_token"));
  const search = {
    experiments: fields.texts("experiment_ids").map(experimentNumber),
    clauses: parseFilter(fields.optionalText("filter"), runGrammar),
    order: parseOrder(fields.texts("order_by"), runGrammar),
    stages: stagesOf(fields, "run_view_type"),
    limit,
    offset,
  };
  const page = await runPages(store.database).search(search);
  const runs = page.items.join(",");
  const { next_page_token: next } = nextPage(page, offset, limit);
  const rest = next === undefined ? [] : [`"next_page_token":${JSON.stringify(next)}`];
  return new JsonText(`{${[...(runs === "" ? [] : [`"runs":[${runs}]`]), ...rest].join(",")}}`);
}

async function history({ fields, store }: Call) {
  const limit = fields.optionalInteger("max_results");
  if (limit !== null && limit <= 0)
    throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer.`);
  const offset = offsetOf(fields.optionalText("page_token"));
  const key = fields.text("metric_key");
  const page = await metricHistory(store.database, { run: fields.run(), key, limit, offset });
  return {
    ...(page.items.length === 0 ? {} : { metrics: page.items.map(metricJson) }),
    ...(page.hasMore ? { next_page_token: pageToken(offset + page.items.length) } : {}),
  };
}

/** Lists in a query are repeated names; one alone arrives as a text. */
function manyOf(fields: Fields, name: string): readonly string[] {
  const value = fields.raw(name);
  return typeof value === "string" ? [value] : fields.texts(name);
}

async function bulkHistory({ fields, store }: Call) {
  const runs = [...manyOf(fields, "run_id"), ...manyOf(fields, "run_ids")];
  if (runs.length === 0) throw invalid("GetMetricHistoryBulk request must specify at least one run_id.");
  if (runs.length > 100)
    throw invalid(`GetMetricHistoryBulk request cannot specify more than 100 run_ids. Received ${runs.length} run_ids.`);
  const key = fields.optionalText("metric_key");
  if (key === null) throw invalid("GetMetricHistoryBulk request must specify a metric_key.");
  const [from, to] = [fields.optionalInteger("start_step"), fields.optionalInteger("end_step")];
  if ((from === null) !== (to === null)) throw invalid("If either start step or end step are specified, both must be specified.");
  if (from !== null && to !== null && from > to)
    throw invalid(`end_step must be greater than start_step. Found start_step=${from} and end_step=${to}.`);
  const metrics = await metricHistories(store.database, {
    runs,
    key,
    limit: Math.min(fields.optionalInteger("max_results") ?? 25_000, 25_000),
    steps: from === null || to === null ? null : { from, to },
  });
  return { metrics: metrics.map((metric) => ({ ...metricJson(metric), run_id: metric.run })) };
}

export const runRoutes: readonly ProtocolRoute[] = [
  { method: "POST", path: "/runs/create", answer: create },
  { method: "POST", path: "/runs/update", answer: update },
  { method: "GET", path: "/runs/get", answer: get },
  { method: "POST", path: "/runs/search", answer: search },
  { method: "GET", path: "/metrics/get-history", answer: history },
  { method: "GET", path: "/metrics/get-history-bulk", answer: bulkHistory },
  { method: "GET", path: "/metrics/get-history-bulk-interval", answer: bulkHistory },
  {
    method: "POST",
    path: "/runs/delete",
    answer: async ({ fields, store }) => {
      await moveRun(store.database, fields.text("run_id"), "deleted");
      return done;
    },
  },
  {
    method: "POST",
    path: "/runs/restore",
    answer: async ({ fields, store }) => {
      await moveRun(store.database, fields.text("run_id"), "active");
      return done;
    },
  },
  {
    method: "POST",
    path: "/runs/delete-tag",
    answer: async ({ fields, store }) => {
      await deleteRunTag(store.database, fields.text("run_id"), fields.text("key"));
      return done;
    },
  },
];
