import type { Registry } from "@atalaya/registry";
import type { PredictionService } from "@atalaya/serve";
import type { Store } from "@atalaya/store";
import { type RunSummary, summaryOf } from "../runs/list-runs.js";
import { type DriftDecision, newestDrift } from "../watch/drift-decisions.js";
import { type Traffic, trafficOf } from "../watch/traffic.js";
import { type Attention, attentionOf } from "./attention.js";

/** A pipeline of the project, as its declaration says. */
export interface KnownPipeline {
  readonly name: string;
  readonly alias: string;
  /** Cron expressions, UTC. */
  readonly schedules: readonly string[];
}

export interface PipelineOverview {
  readonly name: string;
  readonly alias: string;
  readonly task: string | null;
  readonly target: { readonly name: string; readonly unit: string | null } | null;
  readonly production: {
    readonly version: number;
    readonly since: string;
    readonly who: string;
    readonly why: string;
    readonly metrics: Readonly<Record<string, number | null>>;
  } | null;
  readonly serving: { readonly ready: boolean; readonly version: number | null; readonly problem: string | null };
  readonly versions: number;
  readonly lastRun: RunSummary | null;
  readonly traffic: Traffic;
  readonly data: {
    readonly batches: number;
    readonly lastAt: string | null;
    readonly rowsAccepted: number;
    readonly rowsQuarantined: number;
  };
  readonly drift: DriftDecision | null;
  readonly schedules: readonly { readonly expression: string; readonly nextAt: string | null }[];
}

export interface Overview {
  readonly at: string;
  readonly version: string;
  readonly pipelines: readonly PipelineOverview[];
  /** What needs a person, the gravest first. */
  readonly attention: readonly Attention[];
}

export interface OverviewSources {
  readonly store: Store;
  readonly registry: Registry;
  readonly service: PredictionService;
  readonly pipelines: readonly KnownPipeline[];
  readonly version: string;
  /** The next moment of a cron expression; null when it has none. */
  readonly nextTime: (expression: string, after: Date) => Date | null;
}

const HOURS = 24;

/** The first question of every visitor: is it well? */
export async function overview(sources: OverviewSources): Promise<Overview> {
  const looked = await Promise.all(sources.pipelines.map((pipeline) => lookAt(sources, pipeline)));
  const attention = looked.flatMap(({ attention: own }) => own);
  return {
    at: new Date().toISOString(),
    version: sources.version,
    pipelines: looked.map(({ pipeline }) => pipeline),
    attention: [
      ...attention.filter(({ severity }) => severity === "act"),
      ...attention.filter(({ severity }) => severity !== "act"),
    ],
  };
}

async function lookAt(
  sources: OverviewSources,
  known: KnownPipeline,
): Promise<{ pipeline: PipelineOverview; attention: Attention[] }> {
  const { store, registry, service } = sources;
  const { name, alias } = known;
  const served = service.pipelines.find((pipeline) => pipeline.name === name);
  const scoring = served?.model?.scoring ?? null;
  const [holder, [lastRun], traffic, data, newestBatch, versions, drift] = await Promise.all([
    registry.aliasOf(name, alias),
    store.runs.list({ pipeline: name, limit: 1 }),
    trafficOf(store, name, HOURS),
    dataFacts(store, name),
    store.database
      .selectFrom("batches")
      .selectAll()
      .where("pipeline", "=", name)
      .orderBy("id", "desc")
      .limit(1)
      .executeTakeFirst(),
    versionFacts(store, name),
    newestDrift(store, name),
  ]);
  const run = lastRun === undefined ? null : summaryOf(lastRun);
  const production = holder === null ? null : await productionOf(registry, name, holder);
  const problem = served?.problem ?? null;
  const pinned = served?.pinned === true ? (served.model?.version ?? null) : null;
  const pipeline: PipelineOverview = {
    name,
    alias,
    task: scoring?.task ?? null,
    target: scoring?.target ?? null,
    production,
    serving: { ready: served?.model != null, version: served?.model?.version ?? null, problem: problem?.message ?? null },
    versions: versions.count,
    lastRun: run,
    traffic,
    data,
    drift,
    schedules: known.schedules.map((expression) => ({
      expression,
      nextAt: sources.nextTime(expression, new Date())?.toISOString() ?? null,
    })),
  };
  const attention = attentionOf({
    pipeline: name,
    production: production?.version ?? null,
    problem: problem === null ? null : { code: problem.code, detail: problem.message },
    pinned,
    lastRun: run,
    newest: versions.newest,
    refusedBatch: newestBatch?.state === "refused" ? newestBatch : null,
    drift: drift?.verdict === "drifted" && drift.decision === "wait" ? { at: drift.at, reason: drift.reasons[0] ?? "" } : null,
  });
  return { pipeline, attention };
}

async function productionOf(
  registry: Registry,
  pipeline: string,
  holder: { version: number; since: Date; who: string; why: string },
) {
  const { metrics } = await registry.versionOf(pipeline, { version: holder.version });
  return {
    version: holder.version,
    since: holder.since.toISOString(),
    who: holder.who,
    why: holder.why,
    metrics: (metrics ?? {}) as Readonly<Record<string, number | null>>,
  };
}

async function versionFacts({ database }: Store, pipeline: string) {
  const own = database.selectFrom("modelVersions").where("pipeline", "=", pipeline);
  const [{ count }, newest] = await Promise.all([
    own.select((select) => select.fn.countAll<number>().as("count")).executeTakeFirstOrThrow(),
    own.select(["version", "verdict", "reasons"]).orderBy("version", "desc").limit(1).executeTakeFirst(),
  ]);
  const refusal = newest?.reasons.find((reason) => reason.startsWith("refused"));
  return {
    count: Number(count),
    newest:
      newest === undefined
        ? null
        : { version: newest.version, verdict: newest.verdict, reason: refusal?.replace(/^refused: /, "") ?? null },
  };
}

async function dataFacts({ database }: Store, pipeline: string): Promise<PipelineOverview["data"]> {
  const row = await database
    .selectFrom("batches")
    .where("pipeline", "=", pipeline)
    .select((select) => [
      select.fn.countAll<number>().as("batches"),
      select.fn.max("receivedAt").as("lastAt"),
      select.fn.sum<number>("rowsAccepted").as("accepted"),
      select.fn.sum<number>("rowsQuarantined").as("quarantined"),
    ])
    .executeTakeFirstOrThrow();
  return {
    batches: Number(row.batches),
    lastAt: row.lastAt === null ? null : new Date(row.lastAt).toISOString(),
    rowsAccepted: Number(row.accepted ?? 0),
    rowsQuarantined: Number(row.quarantined ?? 0),
  };
}
