import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errors } from "../errors.js";
import { suggest } from "../terminal/suggest.js";

/** Stands in for an address that the environment does not name: a file replayed over HTTP, or a folder of files. */
export type Sample =
  | { readonly kind: "serve"; readonly file: string; readonly rows: number | null }
  | { readonly kind: "folder"; readonly folder: string };

/** The key `atalaya` of a project's package.json. Paths are relative to the project. */
export interface Manifest {
  /** Null: the default patterns. */
  readonly pipelines: readonly string[] | null;
  readonly samples: ReadonlyMap<string, Sample>;
}

const noManifest: Manifest = { pipelines: null, samples: new Map() };

/** True when the folder's package.json has the key `atalaya`. A package.json that is not JSON has not. */
export function hasManifest(directory: string): boolean {
  try {
    return readPackage(join(directory, "package.json"))?.atalaya !== undefined;
  } catch {
    return false;
  }
}

/** The manifest of a project; an empty one where there is no key. @throws CLI_BAD_MANIFEST */
export function readManifest(directory: string): Manifest {
  const file = join(directory, "package.json");
  const value = readPackage(file)?.atalaya;
  if (value === undefined) return noManifest;
  const bad = (why: string) => errors.BAD_MANIFEST({ file, why });
  if (!isRecord(value)) throw bad("the key `atalaya` is not an object");
  checkKeys(value, ["pipelines", "samples"], "`atalaya`", bad);
  const { pipelines = null, samples = {} } = value;
  if (pipelines !== null && !(Array.isArray(pipelines) && pipelines.every(isText) && pipelines.length > 0)) {
    throw bad("`atalaya.pipelines` is not a list of files or patterns");
  }
  if (!isRecord(samples)) throw bad("`atalaya.samples` is not an object by setting");
  return {
    pipelines,
    samples: new Map(Object.entries(samples).map(([setting, sample]) => [setting, toSample(setting, sample, bad)])),
  };
}

function readPackage(file: string): Record<string, unknown> | null {
  if (!existsSync(file)) return null;
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
    return isRecord(value) ? value : null;
  } catch (cause) {
    throw errors.BAD_MANIFEST({ file, why: `it is not JSON (${cause instanceof Error ? cause.message : String(cause)})` }, cause);
  }
}

type Bad = (why: string) => Error;

function toSample(setting: string, sample: unknown, bad: Bad): Sample {
  const where = `\`atalaya.samples.${setting}\``;
  if (!isRecord(sample)) throw bad(`${where} is not an object`);
  checkKeys(sample, ["serve", "rows", "folder"], where, bad);
  const { serve, rows = null, folder } = sample;
  if ((serve === undefined) === (folder === undefined)) throw bad(`${where} needs either \`serve\` (a file) or \`folder\``);
  if (folder !== undefined) {
    if (!isText(folder)) throw bad(`${where}.folder is not a path`);
    return { kind: "folder", folder };
  }
  if (!isText(serve)) throw bad(`${where}.serve is not a path`);
  if (rows !== null && !(typeof rows === "number" && Number.isInteger(rows) && rows > 0)) {
    throw bad(`${where}.rows is not a number of rows from 1`);
  }
  return { kind: "serve", file: serve, rows };
}

function checkKeys(value: Record<string, unknown>, known: readonly string[], where: string, bad: Bad): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const meant = suggest(key, known);
    throw bad(`${where} has no key \`${key}\`${meant === null ? `, only ${known.join(", ")}` : `; did you mean \`${meant}\`?`}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
