import type { Explanation, Prediction } from "@atalaya/serve";
import { formatMetric, plural } from "../terminal/format.js";
import type { Palette } from "../terminal/palette.js";
import type { ScoredRow } from "./score-rows.js";

/** Strongest effects that people are shown; the others are summed up. */
const mostEffects = 10;

/** Predictions for people: one line a row, and under it the reasons. */
export function predictionLines(
  model: { readonly pipeline: string; readonly version: number },
  rows: readonly ScoredRow[],
  palette: Palette,
): string[] {
  const head = palette.dim(`${model.pipeline} v${model.version}, ${plural(rows.length, "row")}`);
  return [
    head,
    ...rows.flatMap(({ prediction, explanation }) => [
      palette.bold(predictionText(prediction)),
      ...(explanation === undefined ? [] : explanationLines(explanation, palette)),
    ]),
  ];
}

/** `412,000 USD`, `sold (0.93)`, `score 0.71, an alert (from 0.68)`. */
export function predictionText(prediction: Prediction): string {
  if ("value" in prediction) return [formatMetric(prediction.value), prediction.unit ?? ""].join(" ").trimEnd();
  if ("label" in prediction) return `${prediction.label} (${formatMetric(prediction.probability[prediction.label] ?? null)})`;
  const { score, threshold, alert } = prediction;
  return `score ${formatMetric(score)}, ${alert ? "an alert" : "no alert"} (from ${formatMetric(threshold)})`;
}

/** Effects on the scale of the prediction where there is one, the strongest first; they sum from the base to the output. */
function explanationLines(explanation: Explanation, palette: Palette): string[] {
  const { base, output, effects } = explanation.onAnswerScale ?? explanation;
  const shown = effects.slice(0, mostEffects);
  const rest = effects.slice(mostEffects).reduce((sum, { effect }) => sum + effect, 0);
  const names = shown.map(({ feature, value }) => `${feature} = ${value === null ? "missing" : String(value)}`);
  const width = Math.max(...names.map((name) => name.length), "the other columns".length);
  const line = (name: string, value: string): string => `  ${name.padEnd(width)}  ${value.padStart(12)}`;
  const others = effects.length > mostEffects ? [line("the other columns", signed(rest))] : [];
  return [
    palette.dim(line("mean of the training rows", formatMetric(base))),
    ...shown.map(({ effect }, index) => line(names[index] ?? "", signed(effect))),
    ...others,
    palette.dim(line("together", formatMetric(output))),
    ...(explanation.onAnswerScale === null ? [palette.dim(`  (${explanation.meaning})`)] : []),
  ];
}

const signed = (value: number): string => (value < 0 ? formatMetric(value) : `+${formatMetric(value)}`);
