// The three applications' data with smaller models, so that an hour of the loop fits into ten minutes.
import {
  afterRows,
  atLeast,
  byGroup,
  cron,
  files,
  frequency,
  gradientBoosting,
  httpBatches,
  isolationForest,
  noWorseThanChampion,
  onNewBatch,
  pipeline,
  setting,
  shuffled,
  targetMean,
  whenDrifted,
} from "@atalaya/define";
import { listings } from "../../applications/house-prices/house-prices.js";
import { events } from "../../applications/network-anomalies/network-anomalies.js";
import { encounters } from "../../applications/readmission/readmission.js";

export const houses = pipeline("soak-houses")
  .ingest(listings, httpBatches(setting.url("SOAK_LISTINGS"), { page: "batch" }))
  .validate({ maxRejected: 0.2 })
  .keepInTables()
  .features(
    listings.features({
      target: "price",
      keys: ["street", "brokeredBy"],
      ignore: ["prevSoldDate"],
      encode: { zipCode: targetMean({ smoothing: 10 }) },
    }),
  )
  .split(byGroup("street", { test: 0.2, seed: 1 }))
  .train({ seed: 1 }, gradientBoosting({ fitOn: "log1p", trees: 40, leaves: 24 }))
  .evaluate({ metrics: ["rmse", "r2"], explain: { rows: 20 } })
  .gate(atLeast("r2", 0.3), noWorseThanChampion("rmse", { tolerance: 0.02 }))
  .promote("production")
  .retrain(whenDrifted({ minRows: 500 }), afterRows(4_000), cron("*/2 * * * *"));

export const stays = pipeline("soak-readmission")
  .ingest(encounters, httpBatches(setting.url("SOAK_ENCOUNTERS"), { page: "batch" }))
  .validate({ maxRejected: 0.2, unique: ["encounter"] })
  .keepInTables()
  .features(encounters.features({ target: "readmitted", keys: ["encounter", "patient"] }))
  .split(byGroup("patient", { test: 0.2, seed: 1, stratify: "readmitted" }))
  .train({ seed: 1 }, gradientBoosting({ trees: 20, leaves: 16 }))
  .evaluate({ metrics: ["auroc", "accuracy"], explain: { rows: 20 } })
  .gate(atLeast("auroc", 0.55), noWorseThanChampion("auroc", { tolerance: 0.05 }))
  .promote("production")
  .retrain(whenDrifted({ minRows: 1_000 }), afterRows(5_000));

export const flows = pipeline("soak-anomalies")
  .ingest(events, files(setting.url("SOAK_FLOWS")))
  .validate({ maxRejected: 0.2 })
  .keepInTables()
  .features(
    events.features({
      ignore: ["at", "dstPort"],
      label: { column: "label", normal: ["Benign", "benign"] },
      encode: { srcIp: frequency(), dstIp: frequency() },
    }),
  )
  .split(shuffled({ test: 0.2, seed: 1 }))
  .train({ seed: 1 }, isolationForest({ trees: 50, alertBudget: 0.05 }))
  .evaluate({ metrics: ["alertRate", "auroc"] })
  .gate((challenger) =>
    challenger.metric("alertRate") <= 0.5 ? { pass: true } : { pass: false, because: "more than half of the flows alert" },
  )
  .promote("production")
  .retrain(onNewBatch());
