import { createGunzip, type Gunzip } from "node:zlib";
import { errors } from "../errors.js";
import type { CutReport } from "./cut-report.js";

/** Small steps bound the memory: deflate packs at most about 1,000 to 1, so one step gives at most 64 MB. */
const STEP_BYTES = 64 * 1024;

/** Resolves when the step is processed, or the stream has failed: Node does not call back for a step that fails. */
function write(stream: Gunzip, piece: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("close", done);
      resolve();
    };
    stream.once("close", done);
    stream.write(piece, done);
  });
}

function end(stream: Gunzip): Promise<void> {
  return new Promise((resolve) => {
    stream.once("close", resolve);
    stream.end();
  });
}

/**
 * Decompresses gzip and keeps what comes before a cut or damage.
 *
 * Reading the stream as an async iterator would lose buffered output when it fails, because a destroyed stream gives no
 * more; so the output is collected by listener after every written step.
 *
 * @param cut receives the reason when the data end early or are damaged
 * @throws INGEST_COMPRESSION_DAMAGED when nothing at all could be decompressed
 */
export async function* gunzip(name: string, compressed: AsyncIterable<Buffer>, cut: CutReport): AsyncGenerator<Buffer> {
  const stream = createGunzip({ chunkSize: STEP_BYTES });
  let output: Buffer[] = [];
  let size = 0;
  let failure: NodeJS.ErrnoException | null = null;
  const failed = (): NodeJS.ErrnoException | null => failure;
  stream.on("data", (chunk: Buffer) => {
    output.push(chunk);
    size += chunk.length;
  });
  stream.on("error", (error) => {
    failure = error;
  });
  try {
    reading: for await (const chunk of compressed) {
      for (let start = 0; start < chunk.length; start += STEP_BYTES) {
        await write(stream, chunk.subarray(start, start + STEP_BYTES));
        yield* output;
        output = [];
        if (failed()) break reading;
      }
    }
    if (!failed()) await end(stream);
    yield* output;
  } finally {
    stream.destroy();
  }
  const problem = failed();
  if (!problem) return;
  if (size === 0) throw errors.COMPRESSION_DAMAGED({ file: name, because: problem.message }, problem);
  cut.because = problem.code === "Z_BUF_ERROR" ? "the gzip data end early" : `the gzip data are damaged (${problem.message})`;
}
