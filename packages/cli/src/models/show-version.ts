import { listComments } from "@atalaya/registry";
import type { Stores } from "../platform/workshop.js";
import { formatMetric, formatTime } from "../terminal/format.js";
import type { Terminal } from "../terminal/terminal.js";
import { metricsOf, versionFacts } from "./list-versions.js";

/** Everything that is known of one version: why it was promoted or refused, and who moved an alias to it. */
export async function showVersion(
  { store, registry }: Pick<Stores, "store" | "registry">,
  terminal: Terminal,
  pipeline: string,
  number: number,
): Promise<void> {
  const version = await registry.versionOf(pipeline, { version: number });
  const { moves } = await registry.history(pipeline);
  const comments = await listComments(store.database, pipeline, number);
  const arrivals = moves.filter(({ toVersion }) => toVersion === number);
  const { palette } = terminal;
  const labelWidth = Math.max("parameters".length, ...arrivals.map(({ alias }) => alias.length)) + 2;
  const label = (text: string): string => palette.dim(text.padEnd(labelWidth));
  const aliases = version.aliases.length === 0 ? "" : `, carries ${version.aliases.join(", ")}`;
  terminal.answer(
    {
      ...versionFacts(version),
      moves: arrivals.map(({ at, alias, action, who, why }) => ({ at: at.toISOString(), alias, action, who, why })),
      comments: comments.map(({ at, version: of, who, text }) => ({ at: at.toISOString(), version: of, who, text })),
    },
    [
      `${palette.bold(`${pipeline} v${number}`)}  ${version.verdict}${aliases}`,
      ...version.reasons.map((reason) => `  ${reason}`),
      `${label("metrics")}${entries(metricsOf(version), formatMetric)}`,
      `${label("parameters")}${entries(version.parameters, shown)}`,
      `${label("trained")}${formatTime(version.createdAt)}${version.run === null ? "" : `, run ${version.run}`}`,
      `${label("data")}${version.datasetReference ?? "unknown"}`,
      `${label("model")}${version.hash}`,
      ...arrivals.map(({ at, alias, action, who, why }) => `${label(alias)}${formatTime(at)}, ${action} by ${who}: ${why}`),
      ...comments.map(({ at, who, text }) => `${label("comment")}${formatTime(at)}, ${who}: ${text}`),
    ],
  );
}

/** `name value` of an object, separated by commas. */
function entries<Value>(object: unknown, show: (value: Value) => string): string {
  if (typeof object !== "object" || object === null) return "none";
  const pairs = Object.entries(object as Record<string, Value>).map(([name, value]) => `${name} ${show(value)}`);
  return pairs.length === 0 ? "none" : pairs.join(", ");
}

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
