import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DiskSpool } from "./disk-spool.js";
import { PredictionLog } from "./prediction-log.js";
import type { PredictionRecord } from "./prediction-record.js";

function record(id: number, rows = 1): PredictionRecord {
  return {
    id: String(id),
    kind: "predict",
    at: 0,
    pipeline: "p",
    version: 1,
    latencyMs: 1,
    rows,
    inputs: "[]",
    answers: "[]",
    caller: null,
    trace: null,
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

describe("with a spool", () => {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-spool-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const until = async (isTrue: () => boolean): Promise<void> => {
    for (let wait = 0; wait < 1_500 && !isTrue(); wait++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(isTrue()).toBe(true);
  };

  it("what the sink does not take lies on disk, and is given back in full when it takes it again", async () => {
    const directory = join(folder, "outage");
    const target = sink();
    let isDown = true;
    const write = (records: readonly PredictionRecord[]) =>
      isDown ? Promise.reject(new Error("no connection")) : target.write(records);
    const log = new PredictionLog({ sink: { write }, spool: new DiskSpool(directory), gatherMs: 1, mostRows: 20 });
    for (let id = 0; id < 200; id++) {
      log.offer(record(id));
      if (id % 10 === 9) await until(() => log.queuedRows === 0);
    }
    expect(log.isSpooling).toBe(true);
    expect(log.spooledRows).toBe(200);
    isDown = false;
    await until(() => !log.isSpooling);
    log.offer(record(200));
    await log.close();
    expect(new Set(target.batches.flat())).toEqual(new Set(Array.from({ length: 201 }, (_, id) => String(id))));
    expect([log.writtenRows, log.droppedRows, log.spoolBytes]).toEqual([201, 0, 0]);
    expect(readdirSync(directory)).toEqual([]);
  });

  it("nothing is lost when the process ends before the sink is back, and the next one hands it over", async () => {
    const directory = join(folder, "restart");
    const down = new PredictionLog({ sink: sink(1_000), spool: new DiskSpool(directory), gatherMs: 1 });
    for (let id = 0; id < 30; id++) down.offer(record(id));
    await down.close(50);
    expect(down.droppedRows).toBe(0);
    const target = sink();
    const next = new PredictionLog({ sink: target, spool: new DiskSpool(directory), gatherMs: 1 });
    await until(() => next.writtenRows === 30);
    await next.close();
    expect(new Set(target.batches.flat()).size).toBe(30);
  });

  it("takes over the files of processes that are gone, and counts lines that were cut", async () => {
    const directory = join(folder, "crash");
    const first = new PredictionLog({ sink: sink(1_000), spool: new DiskSpool(directory), gatherMs: 1 });
    first.offer(record(1));
    await first.close(50);
    // No process has this number: Linux ends at 2^22.
    writeFileSync(join(directory, "1-4999999-000000.jsonl"), `${JSON.stringify(record(2))}\n{"id":"3","rows"`);
    const target = sink();
    const next = new PredictionLog({ sink: target, spool: new DiskSpool(directory), gatherMs: 1 });
    await until(() => next.writtenRows === 2);
    await next.close();
    expect(target.batches.flat().sort()).toEqual(["1", "2"]);
    expect(next.droppedRows).toBe(1);
  });

  it("a full disk or spool is counted as loss, and stops nothing", async () => {
    const log = new PredictionLog({ sink: sink(1_000), spool: new DiskSpool(join(folder, "full"), 10), gatherMs: 1 });
    log.offer(record(1, 7));
    await until(() => log.droppedRows === 7);
    await log.close(10);
  });
});
