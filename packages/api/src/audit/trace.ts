import type { ModelVersion, Registry } from "@atalaya/registry";
import type { Inference, Store } from "@atalaya/store";
import { errors } from "../errors.js";
import {
  type AliasMoveSummary,
  type Lineage,
  lineageOf,
  moveSummary,
  type VersionSummary,
  versionSummary,
} from "../models/versions.js";
import { type RunSummary, summaryOf } from "../runs/list-runs.js";

/** Everything that led to what was asked about. */
export interface Trace {
  readonly query: string;
  readonly kind: "prediction" | "version" | "run" | "time";
  readonly prediction: TracedPrediction | null;
  /** The version that answered, was asked about, or was made. */
  readonly versions: readonly TracedVersion[];
  readonly run: RunSummary | null;
  /** The instant that was asked about. */
  readonly at: string | null;
}

export interface TracedPrediction {
  readonly id: string;
  readonly at: string;
  readonly pipeline: string;
  readonly version: number;
  readonly kind: "predict" | "explain";
  readonly rows: number;
  readonly inputs: unknown;
  readonly answers: unknown;
  readonly latencyMs: number;
  /** Position that the id asked for; null: the whole request. */
  readonly row: number | null;
}

export interface TracedVersion extends VersionSummary {
  readonly parameters: unknown;
  readonly lineage: Lineage;
  readonly moves: readonly AliasMoveSummary[];
}

const PREDICTION_ID = /^([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})(?::(\d{1,7}))?$/i;
const VERSION = /^([a-z0-9][a-z0-9-]*)[\s:/@]+v?(\d{1,9})$/i;
const TIME = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:\d{2})?$/;

/** Finds what a prediction's id, a version, a run's id or a time stands for. @throws API_NOTHING_FOUND */
export async function trace(store: Store, registry: Registry, asked: string): Promise<Trace> {
  const query = asked.trim();
  const found =
    (await tracePrediction(store, registry, query)) ??
    (await traceVersion(store, registry, query)) ??
    (await traceTime(store, registry, query)) ??
    (await traceRun(store, registry, query));
  if (found === null) throw errors.NOTHING_FOUND({ query: query.slice(0, 100) });
  return found;
}

async function tracePrediction(store: Store, registry: Registry, query: string): Promise<Trace | null> {
  const [, id, row] = PREDICTION_ID.exec(query) ?? [];
  if (id === undefined) return null;
  const [inference] = await store.inferences.list({ request: id.toLowerCase(), limit: 1 });
  if (inference === undefined) return null;
  const version = await findVersion(registry, inference.pipeline, inference.version);
  return {
    query,
    kind: "prediction",
    prediction: predictionOf(inference, row === undefined ? null : Number(row)),
    versions: version === null ? [] : [await traced(store, registry, version)],
    run: null,
    at: inference.at.toISOString(),
  };
}

function predictionOf(inference: Inference, row: number | null): TracedPrediction {
  const { request: id, at, pipeline, version, kind, rows, inputs, answers, latencyMs } = inference;
  return { id, at: at.toISOString(), pipeline, version, kind, rows, inputs, answers, latencyMs, row };
}

async function traceVersion(store: Store, registry: Registry, query: string): Promise<Trace | null> {
  const [, pipeline, number] = VERSION.exec(query) ?? [];
  if (pipeline === undefined) return null;
  const version = await findVersion(registry, pipeline, Number(number));
  if (version === null) return null;
  return { query, kind: "version", prediction: null, versions: [await traced(store, registry, version)], run: null, at: null };
}

/** Which version of each pipeline carried which alias then. */
async function traceTime(store: Store, registry: Registry, query: string): Promise<Trace | null> {
  if (!TIME.test(query)) return null;
  const at = new Date(/(Z|[+-]\d{2}:\d{2})$/.test(query) || query.length === 10 ? query : `${query.replace(" ", "T")}Z`);
  if (Number.isNaN(at.getTime())) return null;
  const versions: TracedVersion[] = [];
  for (const pipeline of await registry.pipelines()) {
    const { moves } = await registry.history(pipeline);
    const then = moves.find((move) => move.alias === "production" && move.at <= at);
    const version = then == null || then.toVersion === null ? null : await findVersion(registry, pipeline, then.toVersion);
    if (version !== null) versions.push(await traced(store, registry, version));
  }
  return { query, kind: "time", prediction: null, versions, run: null, at: at.toISOString() };
}

async function traceRun(store: Store, registry: Registry, query: string): Promise<Trace | null> {
  const run = await store.runs.find(query);
  if (run === null) return null;
  const version = run.version === null ? null : await findVersion(registry, run.pipeline, run.version);
  const versions = version === null ? [] : [await traced(store, registry, version)];
  return { query, kind: "run", prediction: null, versions, run: summaryOf(run), at: null };
}

async function findVersion(registry: Registry, pipeline: string, version: number): Promise<ModelVersion | null> {
  if (!(await registry.pipelines()).includes(pipeline)) return null;
  return (await registry.list(pipeline, 100_000)).find((row) => row.version === version) ?? null;
}

async function traced(store: Store, registry: Registry, row: ModelVersion): Promise<TracedVersion> {
  const [lineage, { moves }] = await Promise.all([lineageOf(store, row), registry.history(row.pipeline)]);
  const own = moves.filter(({ fromVersion, toVersion }) => fromVersion === row.version || toVersion === row.version);
  return { ...versionSummary(row), parameters: row.parameters, lineage, moves: own.map(moveSummary) };
}
