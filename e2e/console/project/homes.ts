import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { atLeast, column, dataset, files, gradientBoosting, pipeline, setting, shuffled } from "@atalaya/define";

/** A small data set whose texts try to be more than text; the journeys make its rows. */
const homes = dataset("homes", {
  price: column.number({ unit: "USD", min: 0 }),
  size: column.number({ unit: "m²", min: 1 }),
  rooms: column.integer({ min: 0, max: 50 }).optional(),
  agency: column.category(),
});

const base = (name: string) =>
  pipeline(name)
    .ingest(homes, files(setting.url("HOMES")))
    .validate({ maxRejected: 0.5 })
    .features(homes.features({ target: "price" }))
    .split(shuffled({ test: 0.25, seed: 7 }))
    .train({ seed: 7 }, gradientBoosting({ trees: 30, leaves: 8 }))
    .evaluate({ metrics: ["rmse", "r2"], explain: { rows: 50 } });

/** Two versions of it are there when the journeys begin. */
export const smallHomes = base("small-homes").gate(atLeast("r2", -100)).promote("production");

/** A run of it waits as long as the file HOLD is there, whatever its signal says: a journey cancels it in the middle. */
export const slowHomes = pipeline("slow-homes")
  .ingest(homes, files(setting.url("HOMES")))
  .validate({ maxRejected: 0.5 })
  .step("wait", async (rows) => {
    while (existsSync(process.env["HOLD"] ?? "")) await sleep(50);
    return rows;
  })
  .features(homes.features({ target: "price" }))
  .split(shuffled({ test: 0.25, seed: 7 }))
  .train({ seed: 7 }, gradientBoosting({ trees: 10, leaves: 8 }))
  .evaluate({ metrics: ["rmse", "r2"] })
  .gate(atLeast("r2", -100))
  .promote("production");

/** Sizes that a form has to bear: 2,000 columns, and a category of 10,000 levels. */
const wide = dataset("wide", {
  result: column.number(),
  ...Object.fromEntries(
    Array.from({ length: 2_000 }, (_, place) => [`measure${String(place).padStart(4, "0")}`, column.number().optional()]),
  ),
});

export const wideForm = pipeline("wide-form")
  .ingest(wide, files(setting.url("WIDE")))
  .validate({ maxRejected: 0 })
  .features(wide.features({ target: "result" }))
  .split(shuffled({ test: 0.25, seed: 7 }))
  .train({ seed: 7 }, gradientBoosting({ trees: 10, leaves: 4 }))
  .evaluate({ metrics: ["rmse"] })
  .gate(atLeast("rmse", -1))
  .promote("production");

const places = dataset("places", { result: column.number(), place: column.category(), size: column.number() });

export const manyLevels = pipeline("many-levels")
  .ingest(places, files(setting.url("PLACES")))
  .validate({ maxRejected: 0 })
  .features(places.features({ target: "result" }))
  .split(shuffled({ test: 0.1, seed: 7 }))
  .train({ seed: 7 }, gradientBoosting({ trees: 10, leaves: 8 }))
  .evaluate({ metrics: ["rmse"] })
  .gate(atLeast("rmse", -1))
  .promote("production");

/** Its gate cannot be passed: a pipeline without a production version. */
export const sealedHomes = base("sealed-homes").gate(atLeast("r2", 2)).promote("production");
