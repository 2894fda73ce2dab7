import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Transform } from "node:stream";
import type { ObjectContent } from "./object-store.js";

export interface ContentFacts {
  readonly sha256: string;
  readonly bytes: number;
}

/** Hash and length of a content. Cost: one read of the file, in memory that does not grow with it. */
export async function hashContent(content: ObjectContent): Promise<ContentFacts> {
  if (content instanceof Uint8Array) return { sha256: hashBytes(content), bytes: content.byteLength };
  const digest = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(content.path, { highWaterMark: 1 << 20 })) {
    digest.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: digest.digest("hex"), bytes };
}

export function hashBytes(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Passes bytes on and hashes them; ask for the facts when the stream has ended. */
export function hashingStream(): Transform & { facts(): ContentFacts } {
  const digest = createHash("sha256");
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return Object.assign(stream, { facts: () => ({ sha256: digest.digest("hex"), bytes }) });
}
