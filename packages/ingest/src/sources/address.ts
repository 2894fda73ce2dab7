import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceDefinition } from "@atalaya/define";
import { errors } from "../errors.js";

/** Names of query parameters whose values are secrets. */
const SECRET = /key|token|secret|passw|pwd|signature|^sig$|auth|credential/i;

/** Names of files and folders that are not there to be read, or not whole yet. */
export function isSkippedName(name: string): boolean {
  return /^[._]|\.(partial|tmp|part|crdownload)$/.test(name);
}

/** True for the address of a bucket. */
export function isBucket(address: string): boolean {
  return /^s3:\/\//i.test(address);
}

/** A URL without credentials: for identities, notes and errors. */
export function withoutCredentials(url: URL): string {
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  shown.hash = "";
  for (const name of new Set(shown.searchParams.keys())) if (SECRET.test(name)) shown.searchParams.set(name, "hidden");
  return shown.href;
}

/** @throws INGEST_SOURCE_ADDRESS; the message never holds the address, which may carry a password */
export function httpAddress(setting: string, address: string): URL {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw errors.SOURCE_ADDRESS({ setting, because: "it is no URL" });
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw errors.SOURCE_ADDRESS({ setting, because: `it begins with ${url.protocol}, not http: or https:` });
  }
  return url;
}

/** The address with the query of the source; a parameter of the query replaces one of the address. */
export function requestUrl(source: Extract<SourceDefinition, { kind: "httpBatches" }>, address: string): URL {
  const url = httpAddress(source.url.setting, address);
  for (const [name, value] of Object.entries(source.query)) url.searchParams.set(name, String(value));
  if (source.pageRows !== null) url.searchParams.set("rows", String(source.pageRows));
  return url;
}

/** Local path of a source of files: a path, or a file: URL. @throws INGEST_SOURCE_ADDRESS */
export function filePath(source: Extract<SourceDefinition, { kind: "files" }>, address: string): string {
  const { setting } = source.url;
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(address) && !address.startsWith("file:")) {
    throw errors.SOURCE_ADDRESS({
      setting,
      because: `it begins with ${address.slice(0, address.indexOf(":") + 1)}, but files are read from a local path or from s3://bucket/prefix`,
    });
  }
  if (address.trim() === "") throw errors.SOURCE_ADDRESS({ setting, because: "it is empty" });
  const base = address.startsWith("file:") ? fileURLToPath(address) : resolve(address);
  return source.under === null ? base : resolve(base, source.under);
}

/**
 * The identity of a source: what kind, where, and what is asked for; never credentials. Batches of one identity are known by
 * their content.
 */
export function sourceIdentity(source: SourceDefinition, address: string): string {
  if (source.kind === "postgresRows") return rowsIdentity(source, address);
  if (source.kind === "files") {
    if (!isBucket(address)) return `files:${filePath(source, address)}`;
    const place = withoutCredentials(new URL(address)).replace(/\/+$/, "");
    return `files:${place}${source.under === null ? "" : `#${source.under}`}`;
  }
  const url = requestUrl(source, address);
  url.searchParams.sort();
  return `httpBatches:${withoutCredentials(url)}`;
}

/** Another query, watermark or key is another source: it begins anew. */
function rowsIdentity(
  { url, query, watermark, key }: Extract<SourceDefinition, { kind: "postgresRows" }>,
  address: string,
): string {
  if (!URL.canParse(address)) throw errors.SOURCE_ADDRESS({ setting: url.setting, because: "it is no URL" });
  const asked = createHash("sha256")
    .update(JSON.stringify([query, watermark, key]))
    .digest("hex");
  const { host, pathname } = new URL(address);
  return `postgresRows:${host}${pathname}#${asked.slice(0, 16)}`;
}
