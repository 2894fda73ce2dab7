import type { ProposedColumn } from "@atalaya/ingest";
import type { TaskKind } from "@atalaya/learn";
import { errors } from "../errors.js";
import { suggest } from "../terminal/suggest.js";
import { toSettingName, toVariableName } from "./names.js";

export interface StarterColumn extends ProposedColumn {
  readonly role: "target" | "feature" | "key" | "ignored";
}

/** Everything that the files of a new project say. */
export interface StarterPlan {
  readonly project: string;
  /** Name of the exported pipeline. */
  readonly variable: string;
  readonly setting: string;
  /** Name of the data file, for comments. */
  readonly dataFile: string;
  readonly task: TaskKind;
  readonly columns: readonly StarterColumn[];
}

/**
 * Gives every column its role: texts identify (no learner reads them), times are read by `derive`, the rest are features.
 *
 * @param options.target  header, or name in the project, of what is to be predicted; null: nothing, rows are scored as anomalies
 * @throws CLI_UNKNOWN_COLUMN, CLI_BAD_TARGET, CLI_NO_FEATURES
 */
export function planStarter(options: {
  readonly project: string;
  readonly dataFile: string;
  readonly found: readonly ProposedColumn[];
  readonly target: string | null;
}): StarterPlan {
  const { project, dataFile, found } = options;
  const target = options.target === null ? null : targetColumn(options.target, found, dataFile);
  const columns = found.map((column) => ({ ...column, role: column === target ? ("target" as const) : roleOf(column) }));
  if (!columns.some(({ role }) => role === "feature" || role === "ignored")) throw errors.NO_FEATURES({ file: dataFile });
  return {
    project,
    variable: toVariableName(project),
    setting: toSettingName(project),
    dataFile,
    task: target === null ? "anomaly" : isClass(target) ? "classification" : "regression",
    columns,
  };
}

const isClass = ({ type }: ProposedColumn): boolean => type === "category" || type === "boolean";

function roleOf({ type }: ProposedColumn): StarterColumn["role"] {
  if (type === "text") return "key";
  return type === "time" ? "ignored" : "feature";
}

function targetColumn(given: string, found: readonly ProposedColumn[], file: string): ProposedColumn {
  const column = found.find(({ header }) => header === given) ?? found.find(({ name }) => name === given);
  if (column === undefined) {
    const known = found.map(({ header }) => header);
    throw errors.UNKNOWN_COLUMN({ given, file, known, suggestion: suggest(given, known) });
  }
  const { header, type, distinct } = column;
  if (type === "text" || type === "time") throw errors.BAD_TARGET({ column: header, file, why: `it is a ${type}` });
  if (distinct !== null && distinct < 2) throw errors.BAD_TARGET({ column: header, file, why: "it has fewer than two values" });
  return column;
}
