import { isUtf8 } from "node:buffer";
import { errors } from "../errors.js";

/** A row is flat: `{"rows": [{…}]}` has three levels; the rest is room for a better message than this one. */
const MOST_LEVELS = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The JSON value of a request body.
 *
 * @throws SERVE_BODY_MISSING, SERVE_BODY_NOT_JSON, SERVE_BODY_TOO_DEEP
 */
export function decodeBody(body: Uint8Array | undefined): unknown {
  if (body === undefined || body.length === 0) throw errors.BODY_MISSING({});
  if (!isUtf8(body)) throw errors.BODY_NOT_JSON({ problem: "its bytes are not UTF-8" });
  checkLevels(body);
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
  try {
    // A byte order mark is no JSON, but some programs write it.
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (cause) {
    throw errors.BODY_NOT_JSON({ problem: cause instanceof Error ? cause.message : "it cannot be parsed" }, cause);
  }
}

/** Before parsing: a few megabytes of `[` become some hundred megabytes of arrays. */
function checkLevels(body: Uint8Array): void {
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
