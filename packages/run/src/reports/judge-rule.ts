import type { GateRule, Verdict } from "@atalaya/define";
import type { Difference } from "./bootstrap.js";
import type { EvaluationReport, Measurement } from "./evaluation-report.js";

/** What a rule may look at besides the two reports. */
export interface Comparison {
  /** Report of the version in production on the same rows; null on the first run. */
  readonly champion: EvaluationReport | null;
  /** Bootstrap of the difference on the same rows; null where it cannot be computed. */
  readonly difference: (metric: string, confidence: number) => Difference | null;
  readonly betterOf: (metric: string) => "higher" | "lower";
}

/** Judges a challenger by one rule. A metric that could not be measured refuses. */
export function judgeRule(rule: GateRule<string>, challenger: EvaluationReport, comparison: Comparison): Verdict {
  if (rule.gate === "inEverySlice") return judgeSlices(rule, challenger);
  const measured = challenger.metrics[rule.metric];
  if (measured === undefined || "notMeasured" in measured) {
    return { pass: false, because: `${rule.metric} cannot be judged: ${whyNot(measured)}` };
  }
  const { value } = measured;
  switch (rule.gate) {
    case "atLeast":
    case "atMost":
      return judgeBound(rule.metric, rule.gate, rule.limit, value);
    case "noWorseThanChampion":
    case "betterThanChampion":
      return judgeAgainstChampion(rule, value, comparison);
  }
}

function judgeBound(metric: string, bound: "atLeast" | "atMost", limit: number, value: number): Verdict {
  const said = `${metric} ${formatMetric(value)}`;
  const pass = bound === "atLeast" ? value >= limit : value <= limit;
  const [good, bad] = bound === "atLeast" ? ["at least", "below"] : ["at most", "above"];
  return { pass, because: `${said} is ${pass ? good : bad} ${formatMetric(limit)}` };
}

function judgeSlices(rule: Extract<GateRule<string>, { gate: "inEverySlice" }>, challenger: EvaluationReport): Verdict {
  const { metric, column, bound, limit, minRows } = rule;
  const slices = challenger.slices.filter((slice) => slice.column === column && slice.rows >= minRows);
  if (slices.length === 0) {
    return { pass: false, because: `${metric} by ${column} cannot be judged: no slice has ${minRows} rows` };
  }
  const bad = slices.flatMap(({ slice, rows, metrics }) => {
    const measured = metrics[metric];
    // A slice of one class has no ranking: nothing is known of it, so it does not speak against the model.
    if (measured === undefined || "notMeasured" in measured) return [];
    const { pass, because } = judgeBound(metric, bound, limit, measured.value);
    return pass ? [] : [`${because} in ${column} ${slice} (${rows.toLocaleString("en-US")} rows)`];
  });
  const limits = `${bound === "atLeast" ? "at least" : "at most"} ${formatMetric(limit)}`;
  return bad.length === 0
    ? { pass: true, because: `${metric} is ${limits} in each of ${slices.length} slices by ${column}` }
    : { pass: false, because: bad.join(", ") };
}

function judgeAgainstChampion(
  rule: Extract<GateRule<string>, { gate: "noWorseThanChampion" | "betterThanChampion" }>,
  value: number,
  { champion, difference, betterOf }: Comparison,
): Verdict {
  const { metric } = rule;
  const said = `${metric} ${formatMetric(value)}`;
  if (champion === null) return { pass: true, because: `${said}; there is no champion yet` };
  const theirs = champion.metrics[metric];
  if (theirs === undefined || "notMeasured" in theirs) {
    return { pass: false, because: `${metric} of the champion cannot be measured on these rows` };
  }
  const found = difference(metric, rule.gate === "betterThanChampion" ? rule.confidence : 0.95);
  const against = `the champion's ${formatMetric(theirs.value)}`;
  if (rule.gate === "betterThanChampion") {
    if (found === null) return { pass: false, because: `${said} against ${against}: no interval can be computed` };
    const pass = found.low > 0;
    return {
      pass,
      because: `${said} is ${pass ? "better than" : "not beyond chance better than"} ${against}; ${sayDifference(found)}`,
    };
  }
  const slack = Math.abs(theirs.value) * rule.tolerance;
  const pass = betterOf(metric) === "higher" ? value >= theirs.value - slack : value <= theirs.value + slack;
  const limit = `${against} (tolerance ${rule.tolerance * 100} %)${found === null ? "" : `; ${sayDifference(found)}`}`;
  return { pass, because: `${said} is ${pass ? "no worse" : "worse"} than ${limit}` };
}

function sayDifference({ value, low, high, confidence }: Difference): string {
  const percent = Number((confidence * 100).toPrecision(3));
  return `better by ${formatMetric(value)}, ${percent} % between ${formatMetric(low)} and ${formatMetric(high)}`;
}

function whyNot(measured: Extract<Measurement, { notMeasured: string }> | undefined): string {
  return measured?.notMeasured ?? "the pipeline does not evaluate it";
}

/** A metric for people: 558,086 or 0.742. */
export function formatMetric(value: number): string {
  return Math.abs(value) >= 1_000
    ? Math.round(value).toLocaleString("en-US")
    : value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
}
