import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** @typedef {{ name: string, type: string, labels: readonly string[], unit: string, role: string, help: string, bounds?: readonly number[] }} Metric */

const roles = {
  serving: "Processes that answer predictions: `atalaya serve`, `atalaya up`.",
  facts:
    "Processes that read what all others left in PostgreSQL: `atalaya up`. The values are the same from every one of them, so a query takes `max by` of them, never the sum. They are read when somebody scrapes, once in five seconds at most.",
  worker: "Processes that carry runs out: `atalaya up`, `atalaya watch`, `atalaya worker`.",
  store: "Processes that stand on PostgreSQL and the object store: all of the above but `atalaya serve`.",
  process: "Every process, under the names of Prometheus' own client libraries.",
};

/**
 * The text of docs/metrics.md, from the catalogue that the processes tell their metrics by.
 *
 * @param {string} root
 */
export async function metricsPage(root) {
  /** @type {{ describeMetrics: (roles?: readonly string[]) => Metric[] }} */
  const { describeMetrics } = await import(pathToFileURL(join(root, "packages/telemetry/dist/index.js")).href);
  return [
    "# Metrics",
    "",
    "`GET /metrics` answers in Prometheus' text format. Labels hold route patterns, pipelines, versions and codes, never what a caller",
    "wrote; a metric has 2,000 series at most, and what is beyond is told by `atalaya_metrics_dropped_total`. How they are alerted on and",
    "shown: [observability.md](observability.md).",
    ...Object.entries(roles).flatMap(([role, told]) => ["", ...section(role, told, describeMetrics([role]))]),
    "",
  ].join("\n");
}

/**
 * @param {string} role
 * @param {string} told
 * @param {Metric[]} metrics
 */
function section(role, told, metrics) {
  const head = ["| metric | type | labels | unit | what it is |", "| --- | --- | --- | --- | --- |"];
  return [`## ${role}`, "", told, "", ...head, ...metrics.map(row)];
}

/** @param {Metric} metric */
function row({ name, type, labels, unit, help, bounds }) {
  const kind = bounds === undefined ? type : `${type}, ${bounds.length} bounds from ${bounds[0]} to ${bounds.at(-1)}`;
  const names = labels.map((label) => `\`${label}\``).join(", ");
  return `| \`${name}\` | ${kind} | ${names} | ${unit} | ${help.replaceAll("|", "\\|")} |`;
}
