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

/** Its gate cannot be passed: a pipeline without a production version. */
export const sealedHomes = base("sealed-homes").gate(atLeast("r2", 2)).promote("production");
