import {
  afterRows,
  column,
  cron,
  dataset,
  files,
  isolationForest,
  isPipeline,
  pipeline,
  setting,
  shuffled,
} from "@atalaya/define";
import type { Schedule } from "@atalaya/store";
import { expect, test } from "vitest";
import type { RunResult } from "../events.js";
import { keepWatch } from "./keep-watch.js";

const flows = dataset("flows", { bytes: column.number() });
function declare(name: string) {
  return pipeline(name)
    .ingest(flows, files(setting.url("FLOWS")))
    .features(flows.features({}))
    .split(shuffled({ test: 0.2 }))
    .train({}, isolationForest())
    .evaluate({ metrics: ["alertRate"] })
    .gate()
    .promote("production");
}
const nightly: unknown = declare("nightly").retrain(cron("0 3 * * *"));
const counting: unknown = declare("counting").retrain(afterRows(10));
const pipelines = new Map([nightly, counting].flatMap((made) => (isPipeline(made) ? [[made.name, made] as const] : [])));

/** Rows of the table `schedules`, in memory, by the same rules. */
function memorySchedules(rows = new Map<string, Date>()) {
  return {
    begin: (name: string, expression: string, from: Date): Promise<Schedule> => {
      const servedUntil = rows.get(name) ?? from;
      rows.set(name, servedUntil);
      return Promise.resolve({ pipeline: name, expression, servedUntil, firedAt: null });
    },
    take: (name: string, _expression: string, due: Date): Promise<boolean> => {
      const isLater = due > (rows.get(name) ?? due);
      if (isLater) rows.set(name, due);
      return Promise.resolve(isLater);
    },
  };
}

interface Scene {
  /** The clock at each look. */
  readonly times: readonly string[];
  readonly batches?: number;
  readonly failing?: number;
  readonly schedules?: ReturnType<typeof memorySchedules>;
}

/** What happens while the clock goes through these times. */
async function watch({ times, batches = 0, failing = 0, schedules = memorySchedules() }: Scene): Promise<string[]> {
  const log: string[] = [];
  const stop = new AbortController();
  let look = 0;
  let left = batches;
  let faults = failing;
  const result = (name: string): RunResult => ({ pipeline: name }) as RunResult;
  await keepWatch({
    runner: {
      run: (name, request) => {
        log.push(`${times[look]?.slice(5, 16)} ${name} ${request?.kind}`);
        return Promise.resolve(result(name));
      },
      watch: (name) => {
        if (faults-- > 0) return Promise.reject(new Error("the source is away"));
        if (left-- <= 0) return Promise.resolve(null);
        log.push(`${name} batch`);
        return Promise.resolve(result(name));
      },
    },
    store: { schedules },
    pipelines,
    hasNews: (name) => {
      if (name === "counting" && look === times.length - 1) stop.abort();
      else if (name === "nightly") look++;
      return true;
    },
    everyMs: 1,
    signal: stop.signal,
    onResult: () => {},
    onError: (name, error) => {
      log.push(`${name} ${String(error)}`);
      if (look === times.length - 1) stop.abort();
    },
    now: () => new Date(`${times[Math.min(look, times.length - 1)]}Z`),
  });
  return log;
}

test("a schedule is served once at its moment, and what was missed is caught up once", async () => {
  const schedules = memorySchedules();
  const first = [
    "2026-11-20T10:00:00",
    "2026-11-21T02:59:00",
    "2026-11-21T03:00:30",
    "2026-11-21T03:01:00",
    "2026-11-21T23:00:00",
  ];
  expect(await watch({ times: first, schedules })).toEqual(["11-21T03:00 nightly cron"]);
  // Nobody was here for four nights.
  const later = ["2026-11-25T12:00:00", "2026-11-25T12:01:00", "2026-11-25T12:02:00"];
  expect(await watch({ times: later, schedules })).toEqual(["11-25T12:00 nightly cron"]);
});

test("a clock that goes back serves nothing twice", async () => {
  const times = [
    "2026-11-20T10:00:00",
    "2026-11-21T03:00:00",
    "2026-11-21T02:00:00",
    "2026-11-21T03:00:00",
    "2026-11-21T04:00:00",
  ];
  expect(await watch({ times })).toEqual(["11-21T03:00 nightly cron"]);
});

test("batches are taken one by one; a source that is away is told and left alone for a while", async () => {
  const minutes = Array.from({ length: 6 }, (_, minute) => `2026-11-20T10:0${minute}:00`);
  expect(await watch({ times: minutes, batches: 3 })).toEqual(["counting batch", "counting batch", "counting batch"]);
  const log = await watch({ times: minutes, batches: 1, failing: 1 });
  expect(log).toEqual(["counting Error: the source is away", "counting batch"]);
});
