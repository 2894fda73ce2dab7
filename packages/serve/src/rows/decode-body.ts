import { isUtf8 } from "node:buffer";
import { errors } from "../errors.js";

/** A row is flat: `{"rows": [{…}]}` has three levels; the rest is room for a better message than this one. */
const MOST_LEVELS = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A body as text, and the value that it is. */
export interface DecodedBody {
  readonly text: string;
  readonly value: unknown;
}

/**
 * The JSON value of a request body.
 *
 * @throws SERVE_BODY_MISSING, SERVE_BODY_NOT_JSON, SERVE_BODY_TOO_DEEP
 */
export function decodeBody(body: Uint8Array | undefined): unknown {
  return decodeJson(body).value;
}

/** As `decodeBody`, with the text: what is kept of a request need not be written again. @throws as `decodeBody` */
export function decodeJson(body: Uint8Array | undefined): DecodedBody {
  if (body === undefined || body.length === 0) throw errors.BODY_MISSING({});
  if (!isUtf8(body)) throw errors.BODY_NOT_JSON({ problem: "its bytes are not UTF-8" });
  checkLevels(body);
  const decoded = textOf(body);
  // A byte order mark is no JSON, but some programs write it.
  const text = decoded.charCodeAt(0) === 0xfeff ? decoded.slice(1) : decoded;
  return { text, value: parseJson(text) };
}

/** The text of bytes that are UTF-8, in any memory. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** @throws SERVE_BODY_NOT_JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw errors.BODY_NOT_JSON({ problem: cause instanceof Error ? cause.message : "it cannot be parsed" }, cause);
  }
}

/**
 * Before parsing: a few megabytes of `[` become some hundred megabytes of arrays.
 *
 * @throws SERVE_BODY_TOO_DEEP
 */
export function checkLevels(body: Uint8Array): void {
  let levels = 0;
  let isText = false;
  for (let position = 0; position < body.length; position++) {
    const byte = body[position];
    if (isText) {
      if (byte === BACKSLASH) position++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++levels > MOST_LEVELS) throw errors.BODY_TOO_DEEP({ limit: MOST_LEVELS });
    } else if (byte === 0x5d || byte === 0x7d) levels--;
  }
}
