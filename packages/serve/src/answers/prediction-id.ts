import { randomFillSync } from "node:crypto";

const POOL_BYTES = 4096;
/** Random bytes of one id, after the 48 bits of time. */
const RANDOM_BYTES = 10;

const hexByByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * Makes ids of predictions: UUIDs of version 7 (RFC 9562), so they sort by the millisecond in which they were made.
 * Random bytes are drawn from the system 400 ids at a time.
 */
export function createIdGenerator(now: () => number = Date.now): () => string {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return () => {
    if (used + RANDOM_BYTES > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const time = now().toString(16).padStart(12, "0");
    const random = (position: number): string => hexByByte[pool[used + position]!]!;
    const version = hexByByte[0x70 | (pool[used]! & 0x0f)]!;
    const variant = hexByByte[0x80 | (pool[used + 2]! & 0x3f)]!;
    const node = random(4) + random(5) + random(6) + random(7) + random(8) + random(9);
    const id = `${time.slice(0, 8)}-${time.slice(8, 12)}-${version}${random(1)}-${variant}${random(3)}-${node}`;
    used += RANDOM_BYTES;
    return id;
  };
}
