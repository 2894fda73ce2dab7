import type { Gate, GateRule, Verdict } from "@atalaya/define";
import { isAtalayaError } from "@atalaya/errors";
import { type EvaluationReport, reportView } from "./evaluation-report.js";

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
 * @param champion  report of the version in production on the same rows; null on the first run
 * @param betterOf  whether more or less of a metric is better
 */
export function judge(
  gates: readonly Gate<string>[],
  challenger: EvaluationReport,
  champion: EvaluationReport | null,
  betterOf: (metric: string) => "higher" | "lower",
): Judgement {
  const verdicts = [
    ...additivity(challenger),
    ...gates.map((gate) =>
      typeof gate === "function"
        ? judgeByFunction(gate, challenger, champion)
        : judgeByRule(gate, challenger, champion, betterOf),
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

function judgeByRule(
  rule: GateRule<string>,
  challenger: EvaluationReport,
  champion: EvaluationReport | null,
  betterOf: (metric: string) => "higher" | "lower",
): Verdict {
  const measured = challenger.metrics[rule.metric];
  if (measured === undefined || "notMeasured" in measured) {
    return {
      pass: false,
      because: `${rule.metric} cannot be judged: ${measured?.notMeasured ?? "the pipeline does not evaluate it"}`,
    };
  }
  const { value } = measured;
  const said = `${rule.metric} ${formatMetric(value)}`;
  if (rule.gate === "atLeast") {
    return value >= rule.limit
      ? { pass: true, because: `${said} is at least ${formatMetric(rule.limit)}` }
      : { pass: false, because: `${said} is below ${formatMetric(rule.limit)}` };
  }
  if (rule.gate === "atMost") {
    return value <= rule.limit
      ? { pass: true, because: `${said} is at most ${formatMetric(rule.limit)}` }
      : { pass: false, because: `${said} is above ${formatMetric(rule.limit)}` };
  }
  return againstChampion(rule.metric, rule.tolerance, value, champion, betterOf(rule.metric));
}

function againstChampion(
  metric: string,
  tolerance: number,
  value: number,
  champion: EvaluationReport | null,
  better: "higher" | "lower",
): Verdict {
  const said = `${metric} ${formatMetric(value)}`;
  if (champion === null) return { pass: true, because: `${said}; there is no champion yet` };
  const theirs = champion.metrics[metric];
  if (theirs === undefined || "notMeasured" in theirs) {
    return { pass: false, because: `${metric} of the champion cannot be measured on these rows` };
  }
  const slack = Math.abs(theirs.value) * tolerance;
  const pass = better === "higher" ? value >= theirs.value - slack : value <= theirs.value + slack;
  const limit = `the champion's ${formatMetric(theirs.value)} (tolerance ${tolerance * 100} %)`;
  return { pass, because: pass ? `${said} is no worse than ${limit}` : `${said} is worse than ${limit}` };
}

/** A metric for people: 558,086 or 0.742. */
export function formatMetric(value: number): string {
  return Math.abs(value) >= 1_000
    ? Math.round(value).toLocaleString("en-US")
    : value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
}
