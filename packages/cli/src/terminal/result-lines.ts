import type { RunResult } from "@atalaya/run";
import { formatCount, formatMetric, formatSeconds } from "./format.js";
import type { Palette } from "./palette.js";

/** What people want to know of a run that ended: verdict, why, metrics, rows. */
export function resultLines(result: RunResult, palette: Palette): string[] {
  const { pipeline, version, verdict, reasons, metrics, rows, seconds } = result;
  const label = version === null ? pipeline : `${pipeline} v${version}`;
  const color = verdict === "promoted" || verdict === "done" ? palette.good : palette.bad;
  const lines = [`${palette.bold(label)}  ${color(verdictText[verdict])}  ${palette.dim(formatSeconds(seconds))}`];
  for (const reason of reasons) lines.push(`  ${reason}`);
  const measured = metricsText(metrics);
  if (measured !== "") lines.push(`  ${palette.dim("metrics")}  ${measured}`);
  const { read, accepted, quarantined } = rows;
  lines.push(
    `  ${palette.dim("rows")}     ${formatCount(read)} read, ${formatCount(accepted)} accepted, ${formatCount(quarantined)} quarantined`,
  );
  return lines;
}

/** `rmse 132,480, r2 0.8847`. */
export function metricsText(metrics: Readonly<Record<string, number | null>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${formatMetric(value)}`)
    .join(", ");
}

const verdictText = {
  promoted: "promoted",
  refused: "refused by a gate",
  "not-enough-data": "not enough data",
  waiting: "nothing to train",
  done: "done",
} as const;
