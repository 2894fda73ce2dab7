import {
  type DatasetInput,
  type KeyValue,
  logBatch,
  logInputs,
  logModelMetrics,
  logOutputs,
  type Metric,
} from "@atalaya/registry";
import { invalid } from "../errors.js";
import type { Fields } from "../protocol/fields.js";
import { checkBatchSizes, checkedParam, checkedTag, checkMetric, checkRunId } from "../protocol/validate.js";
import { type Call, done, type ProtocolRoute } from "./route.js";

interface GivenMetric extends Metric {
  readonly model: string | null;
  readonly datasetName: string | null;
  readonly datasetDigest: string | null;
}

function metricOf(fields: Fields): GivenMetric {
  return {
    key: fields.text("key"),
    value: fields.number("value"),
    at: fields.integer("timestamp"),
    step: fields.optionalInteger("step") ?? 0,
    model: fields.optionalText("model_id") || null,
    datasetName: fields.optionalText("dataset_name") || null,
    datasetDigest: fields.optionalText("dataset_digest") || null,
  };
}

/** Points of models are kept with the model as well. */
async function keepOfModels({ store }: Call, run: string, metrics: readonly GivenMetric[]): Promise<void> {
  const ofModels = metrics.flatMap(({ model, ...metric }) => (model === null ? [] : [{ ...metric, model, run }]));
  if (ofModels.length > 0) await logModelMetrics(store.database, ofModels);
}

async function logMetric(call: Call) {
  const { fields, store } = call;
  const run = fields.run();
  const metric = metricOf(fields);
  checkMetric(metric);
  await logBatch(store.database, run, { metrics: [metric], params: [], tags: [] });
  await keepOfModels(call, run, [metric]);
  return done;
}

async function logParameter({ fields, store }: Call) {
  const run = fields.run();
  const param = checkedParam({ key: fields.text("key"), value: fields.optionalText("value") ?? "" });
  await logBatch(store.database, run, { metrics: [], params: [param], tags: [] });
  return done;
}

async function setTag({ fields, store }: Call) {
  const run = fields.run();
  const tag = checkedTag({ key: fields.text("key"), value: fields.optionalText("value") ?? "" });
  await logBatch(store.database, run, { metrics: [], params: [], tags: [tag] });
  return done;
}

async function batch(call: Call) {
  const { fields, store } = call;
  const run = fields.text("run_id");
  checkRunId(run);
  const metrics = fields.objects("metrics").map(metricOf);
  for (const [index, metric] of metrics.entries()) checkMetric(metric, `metrics[${index}]`);
  const params = fields.pairs("params").map((param, index) => checkedParam(param, `params[${index}]`));
  const tags = fields.pairs("tags").map((tag, index) => checkedTag(tag, `tags[${index}]`));
  checkBatchSizes(metrics.length, params.length, tags.length);
  checkUnique(params);
  await logBatch(store.database, run, { metrics, params, tags });
  await keepOfModels(call, run, metrics);
  return done;
}

function checkUnique(params: readonly KeyValue[]): void {
  const seen = new Set<string>();
  const twice = params.map(({ key }) => key).filter((key) => seen.size === seen.add(key).size);
  if (twice.length > 0)
    throw invalid(
      `Duplicate parameter keys have been submitted: [${twice.map((key) => `'${key}'`).join(", ")}]. Please ensure the request contains only one param value per param key.`,
    );
}

function datasetOf(fields: Fields): DatasetInput {
  const dataset = fields.object("dataset");
  const limited = (name: string, most: number): string => {
    const text = dataset.text(name);
    if (text.length > most) throw invalid(`'${name}' exceeds the maximum length of ${most} characters`);
    return text;
  };
  return {
    name: limited("name", 500),
    digest: limited("digest", 36),
    sourceType: dataset.text("source_type"),
    source: limited("source", 65_535),
    schema: dataset.optionalText("schema"),
    profile: dataset.optionalText("profile"),
    tags: fields.tags("tags"),
  };
}

async function inputs({ fields, store }: Call) {
  const run = fields.text("run_id");
  checkRunId(run);
  const models = fields.objects("models").map((model) => model.text("model_id"));
  await logInputs(store.database, run, { datasets: fields.objects("datasets").map(datasetOf), models });
  return done;
}

async function outputs({ fields, store }: Call) {
  const models = fields
    .objects("models")
    .map((model) => ({ model: model.text("model_id"), step: model.optionalInteger("step") ?? 0 }));
  await logOutputs(store.database, fields.text("run_id"), models);
  return done;
}

/** What clients before 3.0 say of a model that they logged: kept as the tag that they read back. */
async function logModel({ fields, store }: Call) {
  const run = fields.text("run_id");
  const text = fields.text("model_json");
  let model: unknown;
  try {
    model = JSON.parse(text);
  } catch {
    throw invalid(`Malformed model info. \n ${text.slice(0, 200)} \n is not JSON.`);
  }
  const tag = { key: "mlflow.log-model.history", value: JSON.stringify([model]) };
  await logBatch(store.database, run, { metrics: [], params: [], tags: [tag] });
  return done;
}

export const loggingRoutes: readonly ProtocolRoute[] = [
  { method: "POST", path: "/runs/log-metric", answer: logMetric },
  { method: "POST", path: "/runs/log-parameter", answer: logParameter },
  { method: "POST", path: "/runs/set-tag", answer: setTag },
  { method: "POST", path: "/runs/log-batch", answer: batch },
  { method: "POST", path: "/runs/log-inputs", answer: inputs },
  { method: "POST", path: "/runs/outputs", answer: outputs },
  { method: "POST", path: "/runs/log-model", answer: logModel },
];
