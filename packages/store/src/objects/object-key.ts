import { errors } from "../errors.js";
import type { ObjectName, ObjectReference, Zone } from "./object-store.js";

const zones: readonly Zone[] = ["raw", "silver", "models", "eval"];
const word = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const hash = /^[0-9a-f]{64}$/;
const hashInKey = /-([0-9a-f]{64})\.[A-Za-z0-9.]+$/;

/**
 * `<zone>/<pipeline>/<yyyy>/<mm>/<dd>/T<hhmmss>Z-<sha256>.<extension>` when there is a time (UTC), else
 * `<zone>/<pipeline>/<name>-<sha256>.<extension>`.
 *
 * @throws STORE_OBJECT_NAME_INVALID
 */
export function objectKey(zone: Zone, name: ObjectName, sha256: string): string {
  const { pipeline, extension, at } = name;
  for (const part of [pipeline, extension, ...(name.name === undefined ? [] : [name.name])]) checkWord(part);
  if (at === undefined) {
    if (name.name === undefined)
      throw errors.OBJECT_NAME_INVALID({ object: pipeline, because: "it has neither a name nor a time" });
    return `${zone}/${pipeline}/${name.name}-${sha256}.${extension}`;
  }
  if (Number.isNaN(at.getTime())) throw errors.OBJECT_NAME_INVALID({ object: pipeline, because: "its time is not a time" });
  const [day = "", time = ""] = at.toISOString().split("T");
  return `${zone}/${pipeline}/${day.replaceAll("-", "/")}/T${time.slice(0, 8).replaceAll(":", "")}Z-${sha256}.${extension}`;
}

/** Key of the note that holds the key of the first object with this content; only objects with a time have one. */
export function contentIndexKey(zone: Zone, name: ObjectName, sha256: string): string {
  return `.content/${zone}/${name.pipeline}/${sha256}.${name.extension}`;
}

/**
 * References come from rows and other processes, so their keys are checked before they become paths.
 *
 * @throws STORE_OBJECT_NAME_INVALID
 */
export function checkReference({ zone, key, sha256 }: ObjectReference): void {
  const parts = key.split("/");
  const isSafe =
    zones.includes(zone) &&
    parts[0] === zone &&
    parts.length >= 3 &&
    parts.every((part) => part.length < 200 && !/^\.|[^\w.-]/.test(part) && part !== "");
  if (!isSafe) throw errors.OBJECT_NAME_INVALID({ object: key, because: "it is not a key of the object store" });
  if (!hash.test(sha256)) throw errors.OBJECT_NAME_INVALID({ object: key, because: "its hash is not a SHA-256" });
}

/** The reference of a listed key; null when the key is not one of ours. */
export function referenceOfKey(zone: Zone, key: string, bytes: number): ObjectReference | null {
  const sha256 = hashInKey.exec(key)?.[1];
  return sha256 === undefined ? null : { zone, key, sha256, bytes };
}

export function checkPrefix(pipeline: string | undefined): void {
  if (pipeline !== undefined) checkWord(pipeline);
}

function checkWord(part: string): void {
  if (!word.test(part) || part.includes(".."))
    throw errors.OBJECT_NAME_INVALID({ object: part, because: "it has other characters, or is empty or too long" });
}
