// The sample of house-prices with a small model: what tools/test-observability.mjs watches.
import { afterRows, atLeast, atMost, files, gradientBoosting, pipeline, setting, shuffled } from "@atalaya/define";
import { listings } from "../../../applications/house-prices/house-prices.js";

export const observedHomes = pipeline("observed-homes")
  .ingest(listings, files(setting.url("OBSERVED_LISTINGS")))
  .validate({ maxRejected: 0.2 })
  .features(listings.features({ target: "price", keys: ["street", "brokeredBy"], ignore: ["prevSoldDate"] }))
  .split(shuffled({ test: 0.2, seed: 1 }))
  .train({ seed: 1 }, gradientBoosting({ fitOn: "log1p", trees: 30, leaves: 16 }))
  .evaluate({ metrics: ["rmse", "r2"], explain: { rows: 20 } })
  .gate(atLeast("r2", 0.3), atMost("rmse", 900_000))
  .promote("production")
  // Drift is judged for every batch; nothing here is enough to train again.
  .retrain(afterRows(1_000_000));
