import { type DriftTriggerDefinition, type PipelineDefinition, whenDrifted } from "@atalaya/define";
import { isAtalayaError } from "@atalaya/errors";
import { decodeBundle } from "@atalaya/learn";
import type { DriftDecision, DriftVerdict } from "@atalaya/store";
import { type DatasetManifest, loadBatches, readManifest, type SilverBatch } from "../artifacts/dataset.js";
import { describeRule, judgeDrift } from "../drift/judge-drift.js";
import { measureMovements } from "../drift/measure-movements.js";
import { RowStream } from "../rows/row-stream.js";
import { type RunRequest, requestText } from "../run-request.js";
import type { StepOutcome } from "../workflow/step-clock.js";
import { type IngestOutcome, listEntries, type RawBatchEntry } from "./ingest.js";
import type { StageContext } from "./stage.js";
import type { ValidateOutcome } from "./validate.js";

export interface DecideOutcome extends StepOutcome {
  readonly trains: boolean;
  /** What asked for the training; null when nothing did. */
  readonly trigger: string | null;
  readonly verdict: DriftVerdict;
  readonly reasons: readonly string[];
}

interface Check {
  readonly verdict: DriftVerdict;
  readonly rule: string;
  readonly version: number | null;
  readonly rows: number;
  readonly reasons: readonly string[];
  readonly statistics: unknown;
}

/**
 * Compares the rows that no earlier decision has seen with the training part of the live version, and decides whether to train.
 * The decision, with its numbers, is a row of `drift_history`, whatever it is. A check that fails never asks for training.
 */
export async function decide(
  context: StageContext,
  request: RunRequest,
  ingested: IngestOutcome,
  validated: ValidateOutcome,
): Promise<DecideOutcome> {
  const { store, definition, run } = context;
  const entries = await listEntries(context, ingested);
  const manifest = await readManifest(context, validated.dataset);
  const history = (await store.driftHistory.list(definition.name, 1_000)).filter((row) => row.run !== run);
  const isDecisive = ({ verdict, decision }: DriftDecision): boolean =>
    decision === "train" || verdict === "stable" || verdict === "drifted";
  const check = await checkDrift(context, batchesAfter(entries, manifest, newestBatch(history.filter(isDecisive))));
  const since = batchesAfter(entries, manifest, newestBatch(history.filter(({ decision }) => decision === "train")));
  const trigger = triggerOf(definition, request, check, rowsOf(since));
  const { verdict, rule, version, rows } = check;
  const reasons = trigger === null ? check.reasons : [`${trigger}`, ...check.reasons];
  await store.driftHistory.record({
    pipeline: definition.name,
    run,
    batch: entries.reduce<number | null>((newest, { batch }) => Math.max(newest ?? batch, batch), null),
    version,
    rule,
    verdict,
    decision: trigger === null ? "wait" : "train",
    trigger,
    rows,
    reasons,
    statistics: check.statistics,
  });
  return {
    trains: trigger !== null,
    trigger,
    verdict,
    reasons: [`${verdict}: ${check.reasons.join("; ")}`],
    audit: { dataset: validated.dataset.sha256, rowsIn: rows, rowsOut: rows, metrics: { verdict, trigger, reasons } },
    summary: `${verdict}${trigger === null ? "; nothing to train" : `; trains: ${trigger}`}${check.reasons[0] === undefined ? "" : ` (${check.reasons[0]})`}`,
  };
}

function newestBatch(history: readonly DriftDecision[]): number {
  return history.reduce((newest, { batch }) => Math.max(newest, batch ?? 0), 0);
}

/** Accepted batches that are newer than one; in the order of the manifest. */
function batchesAfter(entries: readonly RawBatchEntry[], { batches }: DatasetManifest, after: number): SilverBatch[] {
  const newer = new Set(entries.filter(({ batch }) => batch > after).map(({ sha256 }) => sha256));
  return batches.filter(({ raw, silver }) => silver.length > 0 && newer.has(raw));
}

function rowsOf(batches: readonly SilverBatch[]): number {
  return batches.reduce((sum, { rows }) => sum + rows.accepted, 0);
}

function triggerOf(definition: PipelineDefinition, request: RunRequest, check: Check, rowsSince: number): string | null {
  if (request.kind !== "watch") return requestText(request);
  if (check.verdict === "failed") return null;
  if (check.version === null) return rowsSince === 0 ? null : "no version is live";
  for (const trigger of definition.triggers) {
    if (trigger.trigger === "whenDrifted" && check.verdict === "drifted") return "drift";
    if (trigger.trigger === "newBatch" && rowsSince > 0) return "new batch";
    if (trigger.trigger === "afterRows" && rowsSince >= trigger.rows) {
      return `${rowsSince.toLocaleString("en-US")} rows since the last training`;
    }
  }
  return null;
}

function ruleOf({ triggers }: PipelineDefinition): DriftTriggerDefinition {
  const declared = triggers.find((trigger) => trigger.trigger === "whenDrifted");
  return declared ?? (whenDrifted().definition as DriftTriggerDefinition);
}

async function checkDrift(context: StageContext, batches: readonly SilverBatch[]): Promise<Check> {
  const { definition, registry } = context;
  const rule = ruleOf(definition);
  const nothing = { rule: describeRule(rule), version: null, rows: rowsOf(batches), statistics: {} };
  try {
    const alias = await registry.aliasOf(definition.name, definition.alias);
    if (alias === null) return { ...nothing, verdict: "no reference", reasons: ["no version is live"] };
    const { version } = alias;
    if (batches.length === 0) return { ...nothing, version, verdict: "no rows", reasons: ["there are no new rows"] };
    const { bytes } = await registry.loadBundle(definition.name, { version });
    const stored = await loadBatches(context, batches);
    const movements = await measureMovements(definition, decodeBundle(bytes), new RowStream(stored), rule.on).finally(() =>
      stored.close(),
    );
    const { verdict, reasons, movements: features, classic } = judgeDrift(rule, movements, stored.rowCount);
    return { ...nothing, version, verdict, reasons, statistics: { features, classicRuleWouldTrain: classic } };
  } catch (error) {
    if (isAtalayaError(error) && error.retryable) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return { ...nothing, verdict: "failed", reasons: [`the check failed: ${why}`] };
  }
}
