import type { ModelVersion, Registry } from "@atalaya/registry";
import type { Batch, Dataset, ObjectReference, Store } from "@atalaya/store";
import { errors } from "../errors.js";

/** A version as lists show it. */
export interface VersionSummary {
  readonly pipeline: string;
  readonly version: number;
  /** SHA-256 of the bundle. */
  readonly hash: string;
  readonly verdict: string;
  /** One line a gate, or why nothing was promoted. */
  readonly reasons: readonly string[];
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly aliases: readonly string[];
  readonly createdAt: string;
  readonly run: string | null;
  readonly dataset: string | null;
  readonly bytes: number;
}

export interface AliasMoveSummary {
  readonly at: string;
  readonly alias: string;
  readonly action: "promote" | "rollback" | "remove";
  readonly from: number | null;
  /** null: the alias was taken away. */
  readonly to: number | null;
  readonly who: string;
  readonly why: string;
}

export interface PipelineModels {
  readonly pipeline: string;
  /** The newest first. */
  readonly versions: readonly VersionSummary[];
  readonly moves: readonly AliasMoveSummary[];
}

export interface VersionDetail extends VersionSummary {
  readonly parameters: unknown;
  readonly signature: unknown;
  /** What its evaluation measured, with slices and importance; null when there is none. */
  readonly report: unknown;
  readonly verdicts: readonly {
    readonly at: string;
    readonly run: string | null;
    readonly verdict: string;
    readonly reasons: readonly string[];
  }[];
  readonly moves: readonly AliasMoveSummary[];
  readonly lineage: Lineage;
}

/** From the raw batches to the version. */
export interface Lineage {
  readonly dataset: { readonly sha256: string; readonly rows: number; readonly createdAt: string } | null;
  readonly batches: readonly LineageBatch[];
  readonly run: { readonly run: string; readonly trigger: string; readonly startedAt: string } | null;
}

export interface LineageBatch {
  readonly id: number;
  readonly name: string;
  readonly source: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly receivedAt: string;
  readonly rowsRead: number | null;
  readonly rowsAccepted: number | null;
  readonly rowsQuarantined: number | null;
}

export function versionSummary(row: ModelVersion): VersionSummary {
  return {
    pipeline: row.pipeline,
    version: row.version,
    hash: row.hash,
    verdict: row.verdict,
    reasons: row.reasons,
    metrics: onlyNumbers(row.metrics),
    aliases: row.aliases,
    createdAt: row.createdAt.toISOString(),
    run: row.run,
    dataset: row.datasetReference,
    bytes: row.bundle.bytes,
  };
}

function onlyNumbers(metrics: unknown): Record<string, number | null> {
  if (typeof metrics !== "object" || metrics === null) return {};
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, Number.isFinite(value) ? Number(value) : null]),
  );
}

/** Every version of a pipeline and every move of its aliases. A pipeline without versions has empty lists. */
export async function pipelineModels(registry: Registry, pipeline: string): Promise<PipelineModels> {
  if (!(await registry.pipelines()).includes(pipeline)) return { pipeline, versions: [], moves: [] };
  const [versions, history] = await Promise.all([registry.list(pipeline), registry.history(pipeline)]);
  return { pipeline, versions: versions.map(versionSummary), moves: history.moves.map(moveSummary) };
}

type Move = Awaited<ReturnType<Registry["history"]>>["moves"][number];

export function moveSummary({ at, alias, action, fromVersion, toVersion, who, why }: Move): AliasMoveSummary {
  return { at: at.toISOString(), alias, action, from: fromVersion, to: toVersion, who, why };
}

/** One version with its report and its lineage. @throws those of `registry.versionOf` */
export async function showVersion(store: Store, registry: Registry, pipeline: string, version: number): Promise<VersionDetail> {
  const row = await registry.versionOf(pipeline, { version });
  const [history, report, lineage] = await Promise.all([
    registry.history(pipeline),
    readReport(store, row.report),
    lineageOf(store, row),
  ]);
  const own = history.verdicts.filter((entry) => entry.version === version);
  return {
    ...versionSummary(row),
    parameters: row.parameters,
    signature: row.signature,
    report,
    verdicts: own.map(({ at, run, verdict, reasons }) => ({ at: at.toISOString(), run, verdict, reasons })),
    moves: history.moves
      .filter(({ fromVersion, toVersion }) => fromVersion === version || toVersion === version)
      .map(moveSummary),
    lineage,
  };
}

async function readReport(store: Store, reference: ObjectReference | null): Promise<unknown> {
  if (reference === null) return null;
  return JSON.parse(new TextDecoder().decode(await store.objects.get(reference))) as unknown;
}

export async function lineageOf(store: Store, version: ModelVersion): Promise<Lineage> {
  const { pipeline, datasetReference, run: runId } = version;
  const dataset = datasetReference === null ? null : await store.datasets.find(pipeline, datasetReference);
  const [batches, run] = await Promise.all([batchesOf(store, dataset, runId), runId === null ? null : store.runs.find(runId)]);
  return {
    dataset: dataset === null ? null : { sha256: dataset.sha256, rows: dataset.rows, createdAt: dataset.createdAt.toISOString() },
    batches: batches.map((batch) => ({
      id: batch.id,
      name: batch.name,
      source: batch.source,
      sha256: batch.sha256,
      bytes: batch.bytes,
      receivedAt: batch.receivedAt.toISOString(),
      rowsRead: batch.rowsRead,
      rowsAccepted: batch.rowsAccepted,
      rowsQuarantined: batch.rowsQuarantined,
    })),
    run: run === null ? null : { run: run.id, trigger: run.trigger, startedAt: run.startedAt.toISOString() },
  };
}

/** The batches of the dataset; of a version whose dataset was not recorded, those that its run took in. */
async function batchesOf({ database }: Store, dataset: Dataset | null, run: string | null): Promise<Batch[]> {
  const query = database.selectFrom("batches").selectAll().orderBy("id");
  if (dataset !== null) return dataset.batches.length === 0 ? [] : query.where("id", "in", dataset.batches).execute();
  return run === null ? [] : query.where("run", "=", run).execute();
}

/** Bytes of a version's bundle, for the page that scores with it. @throws those of `registry.loadBundle` */
export async function bundleBytes(
  registry: Registry,
  pipeline: string,
  version: number,
): Promise<{ bytes: Uint8Array; hash: string }> {
  const { bytes, hash } = await registry.loadBundle(pipeline, { version });
  return { bytes, hash };
}

/** The evaluation report of a version alone. @throws API_REPORT_MISSING */
export async function versionReport(store: Store, registry: Registry, pipeline: string, version: number): Promise<unknown> {
  const { report } = await registry.versionOf(pipeline, { version });
  if (report === null) throw errors.REPORT_MISSING({ pipeline, version });
  return readReport(store, report);
}
