import { isAtalayaError } from "@atalaya/errors";
import { decodeBundle } from "@atalaya/learn";
import type { EvaluationReport } from "../reports/evaluation-report.js";
import { judge } from "../reports/judge.js";
import { betterOf } from "../training/tuning.js";
import type { StepOutcome, StepReporter } from "../workflow/step-clock.js";
import { type EvaluateOutcome, type Holdout, loadReport, reportOn } from "./evaluate.js";
import type { StageContext } from "./stage.js";
import type { TrainOutcome } from "./train.js";

export interface GateOutcome extends StepOutcome {
  readonly pass: boolean;
  readonly reasons: readonly string[];
  /** Version that was in production when it was judged. */
  readonly champion: number | null;
}

/** Judges the challenger by the pipeline's gates, against the champion on the very same rows. */
export async function gate(
  context: StageContext,
  trained: TrainOutcome,
  evaluated: EvaluateOutcome,
  holdout: Holdout,
  report: StepReporter,
): Promise<GateOutcome> {
  const { definition } = context;
  const challenger = await loadReport(context, evaluated);
  const champion = await championOf(context);
  if (champion !== null && champion.hash === trained.bundle.sha256) {
    return {
      pass: true,
      reasons: [`the same model is in production already as version ${champion.version}`],
      champion: champion.version,
      summary: `the same model as version ${champion.version}`,
    };
  }
  const theirs = champion === null ? null : await championReport(context, champion, holdout, report);
  const { pass, reasons } = judge(definition.gates, challenger, theirs, betterOf);
  return {
    pass,
    reasons,
    champion: champion?.version ?? null,
    audit: { metrics: { pass, reasons, champion: champion?.version ?? null } },
    summary: pass ? "every gate passed" : reasons.filter((reason) => reason.startsWith("refused")).join("; "),
  };
}

/** The version that carries the alias now; null on the first run. */
async function championOf({ registry, definition }: StageContext): Promise<{ version: number; hash: string } | null> {
  const alias = await registry.aliasOf(definition.name, definition.alias);
  return alias === null ? null : registry.versionOf(definition.name, { version: alias.version });
}

/**
 * The champion's report on this run's holdout. A champion that cannot score these rows (the contract has moved on) has
 * no report; rules against it then refuse, with that reason, and a person decides.
 */
async function championReport(
  context: StageContext,
  champion: { readonly version: number; readonly hash: string },
  holdout: Holdout,
  report: StepReporter,
): Promise<EvaluationReport> {
  const { definition, registry } = context;
  try {
    const { bytes } = await registry.loadBundle(definition.name, { version: champion.version });
    return await reportOn(context, decodeBundle(bytes), champion.hash, holdout);
  } catch (error) {
    if (!isAtalayaError(error) || error.retryable) throw error;
    report.note(`version ${champion.version} cannot score these rows: ${error.message}`);
    return { ...emptyReport(definition.name, champion.hash), notes: [error.message] };
  }
}

function emptyReport(pipeline: string, model: string): EvaluationReport {
  return { pipeline, model, dataset: "", evaluatedOn: "test", rows: 0, metrics: {}, slices: [], explanation: null, notes: [] };
}
