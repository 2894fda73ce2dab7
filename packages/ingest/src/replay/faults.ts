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
  /** The same seed and requests give the same faults. */
  readonly seed?: number;
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
