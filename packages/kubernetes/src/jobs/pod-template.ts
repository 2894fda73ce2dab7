import { readFileSync } from "node:fs";
import { TASK_CONTAINER } from "../api/objects.js";
import { errors } from "../errors.js";

/** A part of a manifest. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a pod template from a JSON file. Read at each launch: a ConfigMap that was changed counts at once.
 *
 * @throws KUBERNETES_POD_TEMPLATE_INVALID
 */
export function readPodTemplate(file: string): Fields {
  try {
    const template: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (!isFields(template)) throw new Error("it holds no object");
    return template;
  } catch (error) {
    throw errors.POD_TEMPLATE_INVALID({ file, because: error instanceof Error ? error.message : String(error) }, error);
  }
}

/** Lists of a pod whose entries have names: those of the same name are one entry. */
const NAMED = new Set(["containers", "initContainers", "volumes", "env", "imagePullSecrets"]);

/**
 * A template with more laid over it: mappings grow together, lists follow one another, lists of named entries grow together
 * by name. Where both say something the template has the last word, for it was written for this cluster; but the container
 * `task` keeps its arguments, which are the step itself.
 */
export function underlay(template: Fields, own: Fields): Fields {
  return merge(own, template, "");
}

function merge(below: Fields, above: Fields, inside: string): Fields {
  const merged: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    if (inside === TASK_CONTAINER && name === "args") continue;
    merged[name] = mergeValue(below[name], value, name);
  }
  return merged;
}

function mergeValue(below: unknown, above: unknown, name: string): unknown {
  if (isFields(below) && isFields(above)) return merge(below, above, "");
  if (!Array.isArray(below) || !Array.isArray(above)) return above;
  return NAMED.has(name) ? mergeNamed(below.filter(isFields), above.filter(isFields)) : [...below, ...above];
}

function mergeNamed(below: readonly Fields[], above: readonly Fields[]): Fields[] {
  const kept = below.map((one) => {
    const same = above.find((other) => other["name"] === one["name"]);
    return same === undefined ? one : merge(one, same, String(one["name"]));
  });
  const names = new Set(below.map((one) => one["name"]));
  return [...kept, ...above.filter((one) => !names.has(one["name"]))];
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
