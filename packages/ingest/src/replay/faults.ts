import { createRandom } from "@atalaya/learn";

/** How a replay server misbehaves: shares of requests, 0 to 1. */
export interface ReplayFaults {
  /** Answers 500. */
  readonly failRate?: number;
  /** Never answers. */
  readonly hang?: number;
  /** Sends half of the body and cuts the connection. */
  readonly truncate?: number;
  /** Gives the batch before once more. */
  readonly duplicate?: number;
  /** Waits so many milliseconds before every answer. */
  readonly delayMs?: number;
  /** Moves the numbers of columns, so that drift can be seen. */
  readonly drift?: readonly ReplayDrift[];
  /** The same seed and requests give the same faults. */
  readonly seed?: number;
}

/** Every number of a column times `factor`, plus `offset`, from the row at this share of the file on. */
export interface ReplayDrift {
  readonly column: string;
  readonly factor: number;
  readonly offset: number;
  /** 0: from the first row. */
  readonly from: number;
}

/**
 * Reads `column=+10%`, `column=-10%`, `column=x1.5` or `column=+250`, with `@0.5` behind it to begin in the middle of the file.
 *
 * @returns null when it is none of these
 */
export function parseDrift(text: string): ReplayDrift | null {
  const match = /^([^=]+)=(?:x(\d+(?:\.\d+)?)|([+-]\d+(?:\.\d+)?)(%?))(?:@(0(?:\.\d+)?|1(?:\.0+)?))?$/.exec(text);
  if (match === null) return null;
  const [, column = "", times, amount, percent, from] = match;
  const share = from === undefined ? 0 : Number(from);
  if (times !== undefined) return { column, factor: Number(times), offset: 0, from: share };
  const number = Number(amount);
  return percent === "%"
    ? { column, factor: 1 + number / 100, offset: 0, from: share }
    : { column, factor: 1, offset: number, from: share };
}

export type Fault = "fail" | "hang" | "truncate" | "duplicate" | "none";

/** Draws what happens to each request, in their order. */
export function drawFaults(faults: ReplayFaults): () => Fault {
  const random = createRandom(faults.seed ?? 1);
  const shares: readonly (readonly [Fault, number])[] = [
    ["fail", faults.failRate ?? 0],
    ["hang", faults.hang ?? 0],
    ["truncate", faults.truncate ?? 0],
    ["duplicate", faults.duplicate ?? 0],
  ];
  return () => {
    let left = random.next();
    for (const [fault, share] of shares) {
      if (left < share) return fault;
      left -= share;
    }
    return "none";
  };
}
