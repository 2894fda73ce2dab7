const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;
const HEAD = /^\s*(?:\[|\{\s*"rows"\s*:\s*\[)/;
const TAIL = /\]\s*(\}?)\s*$/;
/** A place between two rows: the end of one, a comma, the beginning of the next. */
const BETWEEN = /\}\s*,\s*\{/g;
const HEAD_BYTES = 100;
/** How far from the wanted place a row's end is looked for. */
const LOOK_BYTES = 64 * 1024;

/**
 * Cuts a list of rows (`[…]` or `{"rows": […]}`, nothing beside) into that many lists, about equally long. Only bytes are looked
 * at: a cut may lie inside a text that looks like the end of a row. Then the part before it is no JSON, as its text has no end,
 * so parts that can all be parsed are the rows of the whole.
 *
 * @returns null when the body is nothing of the kind
 */
export function splitBody(body: Uint8Array, parts: number): Uint8Array<ArrayBuffer>[] | null {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const head = HEAD.exec(bytes.toString("latin1", 0, HEAD_BYTES));
  const tail = TAIL.exec(bytes.toString("latin1", Math.max(0, bytes.length - HEAD_BYTES)));
  if (head === null || tail === null || head[0].includes("{") !== (tail[1] === "}")) return null;
  const begin = head[0].length;
  const end = bytes.length - tail[0].length;
  const cuts = [begin];
  for (let part = 1; part < parts; part++) {
    const wanted = begin + Math.floor(((end - begin) * part) / parts);
    const between = nextBetween(bytes, Math.max(wanted, cuts.at(-1) ?? 0), end);
    if (between === null) return null;
    cuts.push(between);
  }
  return cuts.map((from, part) => {
    const isLast = part === cuts.length - 1;
    // The comma before the next part is left out.
    return listOf(bytes.subarray(from, isLast ? end : (cuts[part + 1] ?? end)), !isLast);
  });
}

/** Position of the `{` that begins a row. */
function nextBetween(bytes: Buffer, from: number, end: number): number | null {
  const text = bytes.toString("latin1", from, Math.min(end, from + LOOK_BYTES));
  BETWEEN.lastIndex = 0;
  const found = BETWEEN.exec(text);
  return found === null ? null : from + found.index + found[0].length - 1;
}

/** In memory of its own, which can be handed to a thread. */
function listOf(rows: Uint8Array, hasComma: boolean): Uint8Array<ArrayBuffer> {
  const length = hasComma ? rows.lastIndexOf(COMMA) : rows.length;
  const list = new Uint8Array(length + 2);
  list[0] = OPEN;
  list.set(rows.subarray(0, length), 1);
  list[length + 1] = CLOSE;
  return list;
}
