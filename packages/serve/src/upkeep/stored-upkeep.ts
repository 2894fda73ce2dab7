import type { Store } from "@atalaya/store";
import type { UpkeepStore } from "./upkeep.js";

/** Upkeep in PostgreSQL and the object store, one process at a time for a pipeline. */
export function storedUpkeep(
  open: () => Promise<Pick<Store, "openLocks" | "inferences" | "feedback" | "objects" | "batches">>,
): UpkeepStore {
  return {
    async alone(pipeline, work) {
      const locks = await (await open()).openLocks();
      try {
        if (await locks.tryLock(`upkeep ${pipeline}`)) await work();
      } finally {
        await locks.close();
      }
    },
    removeBefore: async (pipeline, time) => (await open()).inferences.removeBefore(pipeline, time),
    unbatched: async (pipeline, limit) => (await open()).feedback.unbatched(pipeline, limit),
    async putBatch(pipeline, lines, rows) {
      const { objects, batches, feedback } = await open();
      // Loaded only here: a service that starts from its own disk needs no driver of PostgreSQL before it answers.
      const { INFERENCE_LOG_SOURCE } = await import("@atalaya/store");
      const at = new Date();
      const object = await objects.put("raw", { pipeline, at, extension: "jsonl" }, Buffer.from(lines));
      const name = `feedback-${at.toISOString()}.jsonl`;
      // The row of the batch comes before the mark: a crash between them gives the same batch again, which is known by its content.
      await batches.record({
        pipeline,
        source: INFERENCE_LOG_SOURCE,
        identity: name,
        cursor: name,
        name,
        format: "jsonl",
        mediaType: "application/x-ndjson",
        object,
        receivedAt: at,
        run: null,
      });
      await feedback.markBatched(rows);
    },
  };
}
