import type { Gate } from "@atalaya/define";
import { isAtalayaError } from "@atalaya/errors";
import { decodeBundle, type Evidence } from "@atalaya/learn";
import { bootstrapDifference } from "../reports/bootstrap.js";
import type { EvaluationReport } from "../reports/evaluation-report.js";
import { judge } from "../reports/judge.js";
import { betterOf } from "../training/objectives.js";
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

/** Judges the challenger by the pipeline's gates, against the champion on the very same frozen rows. */
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
  const theirs = champion === null ? null : await judgeChampion(context, champion, holdout, report);
  const compares = theirs?.evidence != null && definition.gates.some(isAgainstChampion);
  const ours = compares ? await challengerEvidence(context, trained, holdout) : null;
  const { pass, reasons } = judge(definition.gates, challenger, {
    champion: theirs?.report ?? null,
    betterOf,
    difference: (metric, confidence) =>
      ours === null || theirs?.evidence == null
        ? null
        : bootstrapDifference(metric, betterOf(metric), ours, theirs.evidence, confidence),
  });
  return {
    pass,
    reasons,
    champion: champion?.version ?? null,
    audit: {
      dataset: challenger.dataset,
      rowsIn: challenger.rows,
      rowsOut: challenger.rows,
      metrics: { pass, reasons, champion: champion?.version ?? null, championMetrics: theirs?.report.metrics ?? null },
    },
    summary: pass ? "every gate passed" : reasons.filter((reason) => reason.startsWith("refused")).join("; "),
  };
}

function isAgainstChampion(rule: Gate<string>): boolean {
  return typeof rule !== "function" && (rule.gate === "noWorseThanChampion" || rule.gate === "betterThanChampion");
}

async function challengerEvidence(context: StageContext, trained: TrainOutcome, holdout: Holdout): Promise<Evidence> {
  const bundle = decodeBundle(await context.store.objects.get(trained.bundle));
  const { evidence } = await reportOn(withoutExtras(context), bundle, trained.bundle.sha256, holdout);
  return evidence;
}

/** The same evaluation without slices and explanations, which are in the report already. */
function withoutExtras(context: StageContext): StageContext {
  const { definition } = context;
  return { ...context, definition: { ...definition, evaluate: { ...definition.evaluate, slices: [], explainRows: 0 } } };
}

/** The version that carries the alias now; null on the first run. */
async function championOf({ registry, definition }: StageContext): Promise<{ version: number; hash: string } | null> {
  const alias = await registry.aliasOf(definition.name, definition.alias);
  return alias === null ? null : registry.versionOf(definition.name, { version: alias.version });
}

/**
 * The champion on this run's holdout. A champion that cannot score these rows (the contract has moved on) has no evidence;
 * rules against it then refuse, with that reason, and a person decides.
 */
async function judgeChampion(
  context: StageContext,
  champion: { readonly version: number; readonly hash: string },
  holdout: Holdout,
  report: StepReporter,
): Promise<{ readonly report: EvaluationReport; readonly evidence: Evidence | null }> {
  const { definition, registry } = context;
  try {
    const { bytes } = await registry.loadBundle(definition.name, { version: champion.version });
    return await reportOn(context, decodeBundle(bytes), champion.hash, holdout);
  } catch (error) {
    if (!isAtalayaError(error) || error.retryable) throw error;
    report.note(`version ${champion.version} cannot score these rows: ${error.message}`);
    return { report: { ...emptyReport(definition.name, champion.hash), notes: [error.message] }, evidence: null };
  }
}

function emptyReport(pipeline: string, model: string): EvaluationReport {
  return { pipeline, model, dataset: "", evaluatedOn: "test", rows: 0, metrics: {}, slices: [], explanation: null, notes: [] };
}
