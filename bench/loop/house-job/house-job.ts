// The job of bench/peers/house-job.py: the same contract, features, held-out rows and trials.
import {
  atLeast,
  between,
  byLevel,
  column,
  dataset,
  files,
  gradientBoosting,
  logBetween,
  noWorseThanChampion,
  pipeline,
  setting,
  targetMean,
} from "@atalaya/define";

const homes = dataset("house-job", {
  status: column.category(),
  price: column.number({ unit: "USD", min: 10_000, max: 10_000_000 }),
  bed: column.number({ min: 0, max: 200 }).optional(),
  bath: column.number({ min: 0, max: 200 }).optional(),
  acreLot: column.number({ from: "acre_lot", min: 0, max: 100_000 }).optional(),
  city: column.category().optional(),
  state: column.category().optional(),
  zipCode: column.category({ from: "zip_code" }).optional(),
  houseSize: column.number({ from: "house_size", min: 100, max: 2_000_000 }).optional(),
  soldBefore: column.category({ from: "prev_sold_date" }).optional(),
  part: column.category(),
});

const features = homes.features({
  target: "price",
  keys: ["part"],
  ignore: ["status", "city", "zipCode", "soldBefore"],
  derive: (home) => {
    const rooms = home.bed.add(home.bath);
    return {
      rooms,
      bathPerBed: home.bath.div(home.bed.max(1)),
      sizePerRoom: home.houseSize.div(rooms.max(1)),
      sizePerBed: home.houseSize.div(home.bed.max(1)),
      logSize: home.houseSize.log1p(),
      logAcre: home.acreLot.log1p(),
    };
  },
  encode: { state: targetMean({ smoothing: 20 }) },
});

export const houseJob = pipeline("house-job")
  .ingest(homes, files(setting.url("HOUSE_BATCHES")))
  .validate({ maxRejected: 0.2 })
  .step("each-row-once", (table) => {
    const known = new Set<string>();
    return table.filter((home) => {
      const row = `${home.price}|${home.houseSize}|${home.acreLot}|${home.bed}|${home.bath}|${home.zipCode}|${home.city}|${home.state}|${home.soldBefore}|${home.status}`;
      if (known.has(row)) return false;
      known.add(row);
      return true;
    });
  })
  .features(features)
  .split(byLevel("part", { test: "test" }))
  .train(
    { optimise: "rmse", trials: 10, seed: 42, parallel: 2 },
    gradientBoosting({
      fitOn: "log1p",
      trees: between(50, 300),
      leaves: logBetween(8, 256),
      learningRate: logBetween(0.03, 0.3),
      rowShare: between(0.6, 1),
      columnShare: between(0.6, 1),
      minLeafRows: logBetween(1, 20),
    }),
  )
  .evaluate({ metrics: ["rmse", "mae", "r2"], explain: { rows: 1_000 } })
  .gate(atLeast("r2", 0.2), noWorseThanChampion("rmse", { tolerance: 0.01 }))
  .promote("production");
