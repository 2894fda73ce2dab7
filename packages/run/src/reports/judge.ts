import type { Gate, GateRule, Verdict } from "@atalaya/define";
import { isAtalayaError } from "@atalaya/errors";
import { type EvaluationReport, reportView } from "./evaluation-report.js";
import { type Comparison, judgeRule } from "./judge-rule.js";

export { formatMetric } from "./judge-rule.js";

/** SHAP must add up to the model's output this closely (relative), or the version cannot be promoted. */
const ADDITIVITY_LIMIT = 1e-9;

export interface Judgement {
  readonly pass: boolean;
  /** One line per gate, in their order. */
  readonly reasons: readonly string[];
}

/**
 * Judges a challenger by every gate. A gate that throws, or reads a metric that could not be measured, refuses: an error
 * never promotes.
 *
 * @param comparison  the champion on the same rows, and how far apart the two are
 */
export function judge(gates: readonly Gate<string>[], challenger: EvaluationReport, comparison: Comparison): Judgement {
  const verdicts = [
    ...additivity(challenger),
    ...gates.map((gate) =>
      typeof gate === "function"
        ? judgeByFunction(gate, challenger, comparison.champion)
        : judgeRule(gate, challenger, comparison),
    ),
  ];
  return {
    pass: verdicts.every((verdict) => verdict.pass),
    reasons: verdicts.map((verdict) => `${verdict.pass ? "passed" : "refused"}: ${verdict.because ?? "a gate function"}`),
  };
}

function additivity(report: EvaluationReport): Verdict[] {
  const gap = report.explanation?.largestGap;
  if (gap === undefined || gap <= ADDITIVITY_LIMIT) return [];
  return [{ pass: false, because: `explanations do not add up: off by ${gap.toExponential(1)} of the output` }];
}

function judgeByFunction(
  gate: Exclude<Gate<string>, GateRule<string>>,
  challenger: EvaluationReport,
  champion: EvaluationReport | null,
): Verdict {
  try {
    return gate(reportView(challenger), champion === null ? null : reportView(champion));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { pass: false, because: isAtalayaError(error) ? why : `the gate function failed: ${why}` };
  }
}
