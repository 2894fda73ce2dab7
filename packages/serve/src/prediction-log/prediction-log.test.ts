import { describe, expect, it } from "vitest";
import { PredictionLog, type PredictionRecord } from "./prediction-log.js";

function record(id: number, rows = 1): PredictionRecord {
  const predictions = Array.from({ length: rows }, () => ({ value: id, unit: null }));
  return {
    id: String(id),
    kind: "predict",
    at: 0,
    pipeline: "p",
    version: 1,
    model: "m",
    latencyMs: 1,
    rows: predictions,
    predictions,
    isSingle: rows === 1,
  };
}

/** A sink that fails the first `failures` times. */
function sink(failures = 0) {
  const batches: string[][] = [];
  let left = failures;
  return {
    batches,
    write: async (records: readonly PredictionRecord[]) => {
      if (left-- > 0) throw new Error("no connection");
      batches.push(records.map(({ id }) => id));
    },
  };
}

describe("the prediction log", () => {
  it("hands over everything in order and in batches", async () => {
    const target = sink();
    const log = new PredictionLog({ sink: target, batchRows: 4, gatherMs: 1 });
    for (let id = 0; id < 10; id++) log.offer(record(id));
    log.offer(record(10, 100));
    await log.close();
    expect(target.batches.map((batch) => batch.length)).toEqual([4, 4, 3]);
    expect(target.batches.flat()).toEqual(Array.from({ length: 11 }, (_, id) => String(id)));
    expect([log.writtenRows, log.queuedRows, log.droppedRows]).toEqual([110, 0, 0]);
  });

  it("keeps a batch that could not be written and tries again", async () => {
    const target = sink(1);
    const attempts: number[] = [];
    const log = new PredictionLog({ sink: target, gatherMs: 1, onFailed: (_error, attempt) => attempts.push(attempt) });
    log.offer(record(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    log.offer(record(2));
    await log.close();
    expect(target.batches.flat()).toEqual(["1", "2"]);
    expect(attempts).toEqual([1]);
    expect(log.droppedRows).toBe(0);
  });

  it("drops and counts what does not fit, and never what fits", async () => {
    const target = sink();
    const log = new PredictionLog({ sink: target, mostRows: 3, gatherMs: 1 });
    for (let id = 0; id < 5; id++) log.offer(record(id));
    expect(log.droppedRows).toBe(2);
    await log.close();
    expect(target.batches.flat()).toEqual(["0", "1", "2"]);
  });

  it("takes one request larger than the queue", async () => {
    const target = sink();
    const log = new PredictionLog({ sink: target, mostRows: 3, gatherMs: 1 });
    log.offer(record(1, 50));
    await log.close();
    expect(log.writtenRows).toBe(50);
  });

  it("gives up at the deadline and counts what was lost", async () => {
    const log = new PredictionLog({ sink: { write: () => new Promise(() => {}) }, gatherMs: 1 });
    log.offer(record(1, 7));
    await log.close(30);
    expect([log.writtenRows, log.queuedRows, log.droppedRows]).toEqual([0, 0, 7]);
    log.offer(record(2));
    expect(log.droppedRows).toBe(8);
  });
});
