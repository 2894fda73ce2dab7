import { errors, invalid } from "../errors.js";

/**
 * A path below the root of artifacts that steps out of nowhere, however it was encoded.
 *
 * @throws MLFLOW_INVALID_PARAMETER
 */
export function safePath(path: string): string {
  const plain = fullyDecoded(path);
  const isBad =
    plain.includes("#") ||
    plain.includes("\\") ||
    plain.startsWith("/") ||
    /^[A-Za-z]:/.test(plain) ||
    /^file:/i.test(plain) ||
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    /[\u0000-\u001f\u007f]/.test(plain) ||
    plain.split("/").includes("..");
  if (isBad) throw invalid("Invalid path");
  return plain
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

/** `%252e` is `.` to whoever decodes twice, so nothing may be left to decode that means something else. */
function fullyDecoded(path: string): string {
  let plain = path;
  for (let round = 0; round < 10; round++) {
    let next: string;
    try {
      next = decodeURIComponent(plain);
    } catch {
      // A percent sign of a name.
      return plain;
    }
    if (next === plain) return plain;
    plain = next;
  }
  throw invalid("Invalid path");
}

/** The path of an address of artifacts that lie here; null when they lie elsewhere. */
export function pathOfUri(uri: string): string | null {
  const match = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(uri);
  return match === null ? null : safePath(match[1] ?? "");
}

/** @throws MLFLOW_NOT_FOUND when the artifacts of a run or model lie outside of this server */
export function ownPathOf(uri: string): string {
  const path = pathOfUri(uri);
  if (path === null) throw errors.NOT_FOUND({ because: `The artifacts at ${uri} do not lie on this server` });
  return path;
}

/**
 * The source of a model version: an address without steps upwards, and no path of this machine.
 *
 * @throws MLFLOW_INVALID_PARAMETER
 */
export function checkedSource(source: string): string {
  const parts = fullyDecoded(source).split("/");
  const isLocal = source.startsWith("/") || source.startsWith("file:") || !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(source);
  if (isLocal)
    throw invalid(
      `Invalid model version source: '${source}'. To use a local path as a model version source, the run_id request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the run_id.`,
    );
  if (parts.includes("..") || source.includes("\0"))
    throw invalid(
      `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.`,
    );
  return source;
}
