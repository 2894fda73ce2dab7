import { metricCatalogue } from "@atalaya/learn";
import type { ModelVersion, Registry } from "@atalaya/registry";
import { formatTime } from "../terminal/format.js";
import { metricsText } from "../terminal/result-lines.js";
import { renderTable } from "../terminal/table.js";
import type { Terminal } from "../terminal/terminal.js";

/** Most metrics in one line of the table; `models show` tells all. */
const mostMetrics = 3;

/** Lists versions, the newest first: of one pipeline, or of all. */
export async function listVersions(registry: Registry, terminal: Terminal, pipeline: string | null): Promise<void> {
  const trained = await registry.pipelines();
  const isNone = trained.length === 0 || (pipeline !== null && !trained.includes(pipeline));
  const versions = isNone ? [] : await registry.list(pipeline ?? undefined);
  const columns = [
    { title: "pipeline" },
    { title: "version", align: "right" },
    { title: "verdict" },
    { title: "alias" },
    { title: "trained" },
    { title: "metrics" },
  ] as const;
  const rows = versions.map((version) => [
    version.pipeline,
    `v${version.version}`,
    version.verdict,
    version.aliases.join(", "),
    formatTime(version.createdAt),
    metricsText(Object.fromEntries(Object.entries(metricsOf(version)).slice(0, mostMetrics))),
  ]);
  const table = renderTable(columns, rows, { palette: terminal.palette, width: terminal.width() });
  const none = `No version yet. Train one: atalaya run ${pipeline ?? "<pipeline>"}.`;
  terminal.answer(versions.map(versionFacts), isNone ? [none] : table);
}

/** A version as it goes out as JSON. */
export function versionFacts(version: ModelVersion): Readonly<Record<string, unknown>> {
  const { pipeline, version: number, hash, verdict, reasons, aliases, run, datasetReference, createdAt } = version;
  return {
    pipeline,
    version: number,
    verdict,
    reasons,
    aliases,
    metrics: metricsOf(version),
    parameters: version.parameters,
    model: hash,
    run,
    dataset: datasetReference,
    trainedAt: createdAt.toISOString(),
  };
}

/** Metrics as numbers by name, in the order of the catalogue, as the database keeps none; what is no number is left out. */
export function metricsOf(version: Pick<ModelVersion, "metrics">): Record<string, number | null> {
  const { metrics } = version;
  if (typeof metrics !== "object" || metrics === null || Array.isArray(metrics)) return {};
  const entries: [string, unknown][] = Object.entries(metrics);
  const numbers = entries.flatMap(([name, value]) =>
    value === null || typeof value === "number" ? [[name, value] as const] : [],
  );
  return Object.fromEntries(numbers.sort(([one], [other]) => place(one) - place(other)));
}

const catalogueOrder = Object.keys(metricCatalogue);

/** A metric that the catalogue does not know comes last. */
function place(metric: string): number {
  const index = catalogueOrder.indexOf(metric);
  return index === -1 ? catalogueOrder.length : index;
}
