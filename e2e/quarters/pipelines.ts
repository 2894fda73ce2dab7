// Listings as they come, by two drift rules: what a model learns from are the newest listings alone, and so is its reference.
import {
  atLeast,
  files,
  gradientBoosting,
  noWorseThanChampion,
  pipeline,
  setting,
  shuffled,
  type Trigger,
  targetMean,
  whenDrifted,
} from "@atalaya/define";
import { listings } from "../../applications/house-prices/house-prices.js";

/** Rows of one batch of the test. */
const NEWEST = 6_000;

const features = listings.features({
  target: "price",
  keys: ["street", "brokeredBy"],
  ignore: ["prevSoldDate"],
  derive: (home) => ({ sizePerBed: home.houseSize.div(home.bed.add(1)) }),
  encode: { city: targetMean({ smoothing: 20 }), zipCode: targetMean({ smoothing: 20 }) },
});

function watching(name: string, trigger: Trigger<"houseSize" | "state" | "sizePerBed">) {
  return pipeline(name)
    .ingest(listings, files(setting.url("QUARTERS")))
    .validate({ maxRejected: 0.1 })
    .step("newest", (table) => table.pick(Array.from({ length: Math.min(NEWEST, table.rows) }, (_, row) => table.rows - 1 - row)))
    .features(features)
    .split(shuffled({ test: 0.2, seed: 1 }))
    .train({ seed: 1 }, gradientBoosting({ fitOn: "log1p", trees: 60, leaves: 31 }))
    .evaluate({ metrics: ["rmse", "r2"] })
    .gate(atLeast("r2", 0.2), noWorseThanChampion("rmse", { tolerance: 0.01 }))
    .promote("production")
    .retrain(trigger);
}

export const byIndex = watching("by-index", whenDrifted({ psi: 0.2, on: ["houseSize", "state", "sizePerBed"], minRows: 1_000 }));
export const byEffect = watching("by-effect", whenDrifted());
