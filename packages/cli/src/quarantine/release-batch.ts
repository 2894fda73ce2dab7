import { userInfo } from "node:os";
import type { Store } from "@atalaya/store";
import { errors } from "../errors.js";
import { formatCount } from "../terminal/format.js";
import type { Terminal } from "../terminal/terminal.js";
import { findBatch } from "./find-batch.js";

/** Lets the good rows of a refused batch in, with the next run. @throws CLI_UNKNOWN_BATCH, CLI_NOTHING_TO_RELEASE */
export async function releaseBatch(
  store: Store,
  terminal: Terminal,
  options: { readonly batch: number; readonly because: string },
): Promise<void> {
  const { id, state, pipeline, rowsRead } = await findBatch(store, options.batch);
  if (state !== "refused" && state !== "failed") throw errors.NOTHING_TO_RELEASE({ batch: id, state });
  const { released } = await store.batches.release(id, { who: userInfo().username, why: options.because });
  terminal.answer({ batch: id, pipeline, released }, [
    `Batch ${id} of ${pipeline} is released: the next run judges its ${formatCount(rowsRead ?? 0)} rows one by one.`,
  ]);
}
