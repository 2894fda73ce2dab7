import { type TracedPrediction, type TracedVersion, trace } from "@atalaya/api";
import type { Registry } from "@atalaya/registry";
import type { DriftDecision, Run, Store } from "@atalaya/store";
import { formatCount, formatTime, plural } from "../terminal/format.js";
import type { Palette } from "../terminal/palette.js";
import { metricsText } from "../terminal/result-lines.js";
import type { Terminal } from "../terminal/terminal.js";
import { type LivePeriod, livePeriods } from "./live-periods.js";

interface AuditContext {
  readonly store: Store;
  readonly registry: Registry;
  readonly terminal: Terminal;
}

/** A version with what the registry alone does not know. */
interface AuditedVersion extends TracedVersion {
  /** Identity of the pipeline's definition, which is its code: expressions, steps, gates, parameters. */
  readonly code: string | null;
  readonly decision: Pick<DriftDecision, "verdict" | "trigger" | "rule" | "rows" | "reasons"> | null;
  readonly live: readonly LivePeriod[];
}

/** Finds what a version, a prediction's id or a moment stands for, and prints everything behind it. @throws API_NOTHING_FOUND */
export async function auditPage(context: AuditContext, query: string): Promise<void> {
  const { store, registry, terminal } = context;
  const found = await trace(store, registry, query);
  const versions = await Promise.all(found.versions.map((version) => audited(context, version)));
  const { palette } = terminal;
  const then = found.kind === "time" && found.at !== null ? [`In production at ${formatTime(new Date(found.at))}:`] : [];
  const nothing = versions.length === 0 ? ["nothing"] : [];
  terminal.answer({ ...found, versions }, [
    ...then,
    ...nothing,
    ...(found.prediction === null ? [] : [...predictionLines(found.prediction, palette), ""]),
    ...versions.flatMap((version, at) => [...(at === 0 ? [] : [""]), ...versionLines(version, palette)]),
  ]);
}

async function audited({ store }: AuditContext, version: TracedVersion): Promise<AuditedVersion> {
  const run: Run | null = version.run === null ? null : await store.runs.find(version.run);
  const decision = version.run === null ? null : await store.driftHistory.ofRun(version.run);
  const live = await livePeriods(store, version.pipeline, version.version);
  return {
    ...version,
    code: run?.definitionHash ?? null,
    decision:
      decision === null
        ? null
        : {
            verdict: decision.verdict,
            trigger: decision.trigger,
            rule: decision.rule,
            rows: decision.rows,
            reasons: decision.reasons,
          },
    live,
  };
}

function predictionLines(prediction: TracedPrediction, palette: Palette): string[] {
  const { id, at, kind, pipeline, version, rows, inputs, answers } = prediction;
  return [
    `${palette.bold(`${kind} ${id}`)}  ${formatTime(new Date(at))}, ${plural(rows, "row")} by ${pipeline} v${version}`,
    `${palette.dim("asked     ")}${short(inputs)}`,
    `${palette.dim("answered  ")}${short(answers)}`,
  ];
}

function versionLines(version: AuditedVersion, palette: Palette): string[] {
  const { pipeline, verdict, reasons, metrics, parameters, lineage, hash, run, code, decision, moves, live } = version;
  const label = (text: string): string => palette.dim(text.padEnd(12));
  const sum = (count: (batch: (typeof lineage.batches)[number]) => number | null): number =>
    lineage.batches.reduce((total, batch) => total + (count(batch) ?? 0), 0);
  const counts = `${formatCount(sum(({ rowsRead }) => rowsRead))} rows in, ${formatCount(sum(({ rowsAccepted }) => rowsAccepted))} taken, ${formatCount(sum(({ rowsQuarantined }) => rowsQuarantined))} refused`;
  return [
    `${palette.bold(`${pipeline} v${version.version}`)}  ${verdict}, made ${formatTime(new Date(version.createdAt))}`,
    ...reasons.map((reason) => `  ${reason}`),
    `${label("live")}${live.length === 0 ? "never" : live.map(livePeriodText).join("; ")}`,
    ...moves.map(({ at, action, alias, from, to, who, why }) => {
      const places = `${from === null ? "" : `v${from} → `}${to === null ? "nothing" : `v${to}`}`;
      return `${label(action)}${formatTime(new Date(at))} ${alias} ${places}, by ${who}: ${why}`;
    }),
    `${label("metrics")}${metricsText(metrics)}`,
    `${label("parameters")}${short(parameters)}`,
    `${label("code")}${code ?? "unknown"}`,
    `${label("run")}${run ?? "none"}${lineage.run === null ? "" : `, ${lineage.run.trigger}`}`,
    ...(decision === null ? [] : [`${label("drift")}${decision.verdict} (${decision.rule}): ${decision.reasons.join("; ")}`]),
    `${label("model")}${hash}`,
    `${label("dataset")}${version.dataset ?? "unknown"}`,
    `${label("batches")}${plural(lineage.batches.length, "batch").replace("batchs", "batches")}, ${counts}`,
    ...lineage.batches.map(
      ({ id, name, sha256, receivedAt, rowsRead, rowsAccepted, rowsQuarantined }) =>
        `  ${String(id).padStart(4)}  ${formatTime(new Date(receivedAt))}  ${formatCount(rowsRead ?? 0)} in, ${formatCount(rowsAccepted ?? 0)} taken, ${formatCount(rowsQuarantined ?? 0)} refused  ${sha256.slice(0, 12)}  ${name}`,
    ),
  ];
}

function livePeriodText({ alias, from, until }: LivePeriod): string {
  return `${alias} ${formatTime(new Date(from))} to ${until === null ? "now" : formatTime(new Date(until))}`;
}

const MOST_SHOWN = 400;

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`;
}
