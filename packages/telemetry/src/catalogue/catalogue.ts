import type { MetricDefinition, MetricRole, MetricType } from "./metric-definition.js";
import { pipelineMetrics } from "./pipeline-metrics.js";
import { processMetrics } from "./process-metrics.js";
import { servingMetrics } from "./serving-metrics.js";

/** Every metric that any process of Atalaya tells. The page `docs/metrics.md` is made from this table. */
export const catalogue = { ...servingMetrics, ...pipelineMetrics, ...processMetrics };

export type MetricName = keyof typeof catalogue;

/** Names of one type. */
export type NameOf<Type extends MetricType> = {
  [Name in MetricName]: (typeof catalogue)[Name]["type"] extends Type ? Name : never;
}[MetricName];

/** Values of a metric's labels; all of them, always. */
export type LabelsOf<Name extends MetricName> = Readonly<Record<(typeof catalogue)[Name]["labels"][number], string | number>>;

/** One row of the documentation of metrics. */
export interface MetricDescription extends MetricDefinition {
  readonly name: MetricName;
}

export function definitionOf(name: MetricName): MetricDefinition {
  return catalogue[name];
}

/** Every metric in the order of the table, for a generated page and for tests. */
export function describeMetrics(roles?: readonly MetricRole[]): MetricDescription[] {
  const rows = Object.entries(catalogue) as [MetricName, MetricDefinition][];
  return rows
    .filter(([, { role }]) => roles === undefined || roles.includes(role))
    .map(([name, definition]) => ({ name, ...definition }));
}
