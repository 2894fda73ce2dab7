import type { AuditRow, EventKind, Run, Store, Trial } from "@atalaya/store";
import { errors } from "../errors.js";
import type { EventHub } from "../events/event-hub.js";
import type { LiveStep } from "../events/live-run.js";
import { type RunSummary, summaryOf } from "./list-runs.js";

/** A step with what its audit row says and, while the process that does it is this one, how far it is. */
export interface RunStep extends LiveStep {
  readonly kind: EventKind;
  readonly rowsIn: number | null;
  readonly rowsOut: number | null;
  readonly dataset: string | null;
  readonly parameters: unknown;
  readonly metrics: unknown;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** How often it was recorded; more than once after a crash. */
  readonly attempts: number;
}

export interface RunTrial {
  readonly number: number;
  readonly study: string;
  readonly state: Trial["state"];
  readonly score: number | null;
  readonly seconds: number;
  readonly parameters: unknown;
  readonly metrics: unknown;
}

export interface RunDetail extends RunSummary {
  readonly reasons: readonly string[];
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly steps: readonly RunStep[];
  readonly trials: readonly RunTrial[];
}

const KINDS = ["ingestion", "transformation", "training", "evaluation"] as const;
/** Steps that begin at the same millisecond stand in this order. */
const ORDER = [
  "ingest",
  "validate",
  "step",
  "features",
  "split",
  "trainOnly",
  "tune",
  "train",
  "evaluate",
  "gate",
  "register",
  "promote",
];

/** Everything about one run. @throws API_RUN_UNKNOWN */
export async function showRun(store: Store, hub: EventHub, id: string): Promise<RunDetail> {
  const run = await store.runs.find(id);
  if (run === null) throw errors.RUN_UNKNOWN({ run: id.slice(0, 100) });
  const [events, trials] = await Promise.all([withTakenOver(store, run), store.runs.trials(id)]);
  const { reasons, metrics } = (run.result ?? {}) as { reasons?: string[]; metrics?: Record<string, number | null> };
  return {
    ...summaryOf(run),
    reasons: reasons ?? [],
    metrics: metrics ?? {},
    steps: joinSteps(events, hub.run(id)?.steps ?? [], trials.length),
    trials: trials.map(({ number, study, state, score, seconds, parameters, metrics: measured }) => {
      return { number, study, state, score, seconds, parameters, metrics: measured };
    }),
  };
}

type KindRow = AuditRow & { readonly kind: EventKind; readonly takenOver?: true };

/** The steps of a run, and before them those that it took over from the run that it does again. */
async function withTakenOver(store: Store, { id, retryOf, retryFrom }: Run): Promise<KindRow[]> {
  const own = await auditRows(store, id);
  const before = retryOf === null || retryFrom === null ? null : await store.runs.find(retryOf);
  if (before === null) return own;
  const earlier = await withTakenOver(store, before);
  // Tuning has no row of its own; what follows it has.
  const first = retryFrom === "tune" ? "train" : retryFrom;
  const cut = earlier.findIndex(({ step }) => step === first);
  const taken = earlier.slice(0, cut < 0 ? earlier.length : cut).filter(({ step }) => !own.some((row) => row.step === step));
  return [...taken.map((row) => ({ ...row, takenOver: true as const })), ...own];
}

async function auditRows(store: Store, run: string): Promise<KindRow[]> {
  const lists = await Promise.all(
    KINDS.map(async (kind) => (await store.audit.list(kind, { run, limit: 1_000 })).map((row) => ({ ...row, kind }))),
  );
  return lists.flat().sort((one, other) => one.at.getTime() - other.at.getTime() || orderOf(one.step) - orderOf(other.step));
}

function orderOf(step: string): number {
  return ORDER.indexOf(step.split(" ", 1)[0] ?? "");
}

/** Live steps in their order with what the database knows; without them, what the database knows alone. */
function joinSteps(events: readonly KindRow[], live: readonly LiveStep[], trialCount: number): RunStep[] {
  if (live.length === 0) {
    const steps = events.map((row) => stepOf(row, null));
    if (trialCount === 0 || steps.some(({ name }) => name === "tune")) return steps;
    // Tuning is many small durable pieces without an audit row of its own.
    const train = steps.findIndex(({ name }) => name === "train");
    const at = train < 0 ? steps.length : train;
    return [
      ...steps.slice(0, at),
      { ...blank("tune", "training"), status: "done", summary: `${trialCount} trials` },
      ...steps.slice(at),
    ];
  }
  return live.map((step) => {
    const row = events.find((event) => event.step === step.name);
    return row === undefined ? { ...blank(step.name, kindOf(step.name)), ...step } : stepOf(row, step);
  });
}

function stepOf(row: KindRow, live: LiveStep | null): RunStep {
  const seconds = row.durationMs === null ? null : row.durationMs / 1_000;
  return {
    ...blank(row.step, row.kind),
    startedAt: row.at.getTime() - (row.durationMs ?? 0),
    ...live,
    // A step that failed before may be at work again.
    status: live?.status === "running" ? "running" : row.status,
    replayed: row.takenOver ?? live?.replayed ?? false,
    seconds: row.takenOver ? seconds : (live?.seconds ?? seconds),
    rowsIn: row.rowsIn,
    rowsOut: row.rowsOut,
    dataset: row.datasetReference,
    parameters: row.parameters,
    metrics: row.metrics,
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? "" },
    attempts: row.attempts,
  };
}

function blank(name: string, kind: EventKind): RunStep {
  return {
    name,
    kind,
    status: "waiting",
    startedAt: null,
    seconds: null,
    progress: null,
    summary: null,
    replayed: false,
    notes: [],
    rowsIn: null,
    rowsOut: null,
    dataset: null,
    parameters: {},
    metrics: {},
    error: null,
    attempts: 0,
  };
}

function kindOf(step: string): EventKind {
  if (step.startsWith("ingest")) return "ingestion";
  if (step === "train" || step === "tune") return "training";
  return ["evaluate", "gate", "register", "promote"].includes(step) ? "evaluation" : "transformation";
}
