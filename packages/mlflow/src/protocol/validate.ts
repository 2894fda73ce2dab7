import { posix } from "node:path";
import type { KeyValue, Metric } from "@atalaya/registry";
import { invalid } from "../errors.js";

const mostCharacters = {
  key: 250,
  param: 6_000,
  tag: 8_000,
  experimentTag: 20_000,
  modelTag: 100_000,
  alias: 255,
  experiment: 500,
};
/** Letters and digits of any script, as Python's `\w` has them. */
const plainName = /^[/\p{L}\p{N}\p{M}_.\- :]*$/u;
const badCharacters =
  "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).";

function invalidValue(path: string, value: unknown, hint?: string): Error {
  const shown = JSON.stringify(value);
  return invalid(
    hint === undefined
      ? `Invalid value ${shown} for parameter '${path}' supplied.`
      : `Invalid value ${shown} for parameter '${path}' supplied: ${hint}`,
  );
}

/** Names may become paths of files, so they must not step out of a folder. */
function checkName(name: string, path: string): void {
  if (!plainName.test(name)) throw invalidValue(path, name, badCharacters);
  const normal = name === "" ? "." : posix.normalize(name).replace(/(?<=.)\/$/, "");
  if (normal !== name || normal === "." || normal.startsWith("..") || normal.startsWith("/"))
    throw invalidValue(
      path,
      name,
      `Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${normal}'`,
    );
}

/** Characters are counted as Python counts them: by code point. */
function checkLength(what: string, most: number, value: string): void {
  if (value.length <= most || [...value].length <= most) return;
  throw invalid(`'${what}' exceeds the maximum length of ${most} characters`);
}

/** MLflow cuts long values of parameters and tags unless it is told not to. */
function cut(value: string, most: number): string {
  if (value.length <= most) return value;
  const characters = [...value];
  return characters.length <= most ? value : characters.slice(0, most).join("");
}

export function checkMetric(metric: Metric, path = ""): void {
  const at = (field: string) => (path === "" ? field : `${path}.${field}`);
  checkName(metric.key, at("name"));
  if (metric.at < 0)
    throw invalidValue(
      at("timestamp"),
      metric.at,
      `metric '${metric.key}' (value=${Number.isInteger(metric.value) ? metric.value.toFixed(1) : metric.value}). Timestamp must be a nonnegative long (64-bit integer) `,
    );
  checkLength("Metric name", mostCharacters.key, metric.key);
}

export function checkedParam({ key, value }: KeyValue, path = ""): KeyValue {
  checkName(key, path === "" ? "key" : `${path}.key`);
  checkLength("Param key", mostCharacters.key, key);
  return { key, value: cut(value, mostCharacters.param) };
}

export function checkedTag({ key, value }: KeyValue, path = ""): KeyValue {
  const at = path === "" ? "key" : `${path}.key`;
  checkName(key, at);
  checkLength(at, mostCharacters.key, key);
  return { key, value: cut(value, mostCharacters.tag) };
}

export function checkExperimentTag(key: string, value: string): void {
  checkName(key, "key");
  checkLength("key", mostCharacters.key, key);
  checkLength("value", mostCharacters.experimentTag, value);
}

export function checkModelTag(key: string, value: string): void {
  checkName(key, "key");
  checkLength("key", mostCharacters.key, key);
  checkLength("value", mostCharacters.modelTag, value);
}

export function checkExperimentName(name: string): void {
  if (name === "") throw invalid(`Invalid experiment name: '${name}'`);
  checkLength("name", mostCharacters.experiment, name);
}

export function experimentNumber(id: string): number {
  const number = Number(id === "" ? "0" : id);
  if (!/^\s*[+-]?\d+\s*$/.test(id === "" ? "0" : id))
    throw invalid(`Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`);
  // Larger ones than a column can hold are ids that nobody has.
  return Math.abs(number) < 2 ** 31 ? number : -1;
}

export function checkRunId(id: string): void {
  if (!/^[a-zA-Z0-9][\w-]{0,255}$/.test(id)) throw invalidValue("run_id", id);
}

export function checkModelName(name: string): void {
  if (name.trim() === "") throw invalid("Missing value for required parameter 'name'.");
  if (/[/:]/.test(name)) throw invalid(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`);
  const normal = posix.normalize(name);
  if (normal !== name || normal === "." || normal.startsWith(".."))
    throw invalidValue(
      "name",
      name,
      `Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${normal}'`,
    );
}

export function versionNumber(version: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(version)) throw invalid(`Parameter 'version' must be an integer, got '${version}'.`);
  return Number(version);
}

export function checkAlias(alias: string): void {
  if (!/^[\p{L}\p{N}\p{M}_-]*$/u.test(alias))
    throw invalid(`Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`);
  checkLength("Registered model alias name", mostCharacters.alias, alias);
}

export function checkAliasNotReserved(alias: string): void {
  if (alias.toLowerCase() === "latest") throw invalid("'latest' alias name (case insensitive) is reserved.");
  if (/^[vV]\d+$/.test(alias)) throw invalid(`Version alias name '${alias}' is reserved.`);
}

export function checkLoggedModelName(name: string): void {
  if (/[/:.%"']/.test(name))
    throw invalid(
      `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
    );
}

/** @throws MLFLOW_INVALID_PARAMETER when a list has more than MLflow takes at once */
export function checkBatchSizes(metrics: number, params: number, tags: number): void {
  const check = (what: string, most: number, count: number) => {
    if (count > most)
      throw invalid(
        `A batch logging request can contain at most ${most} ${what}. Got ${count} ${what}. Please split up ${what} across multiple requests and try again.`,
      );
  };
  check("metrics", 1_000, metrics);
  check("params", 100, params);
  check("tags", 100, tags);
  check("metrics, params, and tags", 1_000, metrics + params + tags);
}

export function checkMostResults(limit: number, most: number): void {
  if (limit < 1) throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer`);
  if (limit > most) throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be at most ${most}`);
}
