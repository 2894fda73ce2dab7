// Programs that must, and must not, compile. `tsc -b` checks this file: an unused @ts-expect-error is an error itself.
import {
  atLeast,
  byLevel,
  byTime,
  column,
  dataset,
  durable,
  frequency,
  gradientBoosting,
  httpBatches,
  isolationForest,
  type ModelInput,
  type ModelOutput,
  noWorseThanChampion,
  oneOf,
  pipeline,
  quantileRange,
  randomForest,
  setting,
  shuffled,
  targetMean,
  whenDrifted,
} from "./index.js";

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
function holds<_Claim extends true>(): void {}

const listings = dataset("listings", {
  price: column.number({ unit: "USD", min: 10_000 }),
  bed: column.integer(),
  acreLot: column.number({ from: "acre_lot" }).optional(),
  garden: column.boolean(),
  street: column.text(),
  state: column.category(),
  status: column.category(["for_sale", "sold"]),
});
const events = dataset("events", {
  at: column.time({ from: "ts" }),
  source: column.category(),
  bytes: column.integer().optional(),
  label: column.category(["normal", "attack"]).optional(),
});
const stays = dataset("stays", { age: column.category(), days: column.integer(), readmitted: column.category(["NO", "YES"]) });

const homes = listings.features({
  target: "price",
  keys: ["street"],
  derive: (home) => ({
    lot: home.acreLot.mul(2),
    sold: home.status.is("sold").and(home.garden),
    size: home.bed.bucket([2], ["small", "large"]),
  }),
  encode: { state: targetMean() },
});
const source = httpBatches(setting.url("LISTINGS_URL"));
const divided = pipeline("homes")
  .ingest(listings, source)
  .validate({ maxRejected: 0.1, unique: ["street"] })
  .step("sample", (table) => table.filter((home) => home.bed > 0))
  .features(homes)
  .split(shuffled({ test: 0.2, stratify: "state" }));
const evaluated = divided
  .trainOnly("tails", quantileRange("price", 0.01, 0.99))
  .train(
    { optimise: "rmse" },
    gradientBoosting({ fitOn: oneOf("value", "log1p") }),
    randomForest({ balance: oneOf(true, false) }),
  )
  .evaluate({ metrics: ["rmse"], slices: ["state"] });
const gated = evaluated.gate(atLeast("r2", 0.3), noWorseThanChampion("rmse"), (challenger) =>
  challenger.metric("mae") > 1 ? { pass: true } : { pass: false, because: "no" },
);
const housePrices = gated.promote("production").retrain(whenDrifted({ psi: 0.2, on: ["bed", "lot"] }));
const flows = events.features({
  ignore: ["at"],
  label: { column: "label", normal: ["normal"] },
  encode: { source: frequency() },
});
const anomalies = pipeline("anomalies")
  .ingest(events, source)
  .features(flows)
  .split(byTime("at", { test: 0.2 }))
  .train({}, isolationForest())
  .evaluate({ metrics: ["auroc", "alertRate"] })
  .gate()
  .promote("production");
const readmission = pipeline("stays")
  .ingest(stays, source)
  .features(stays.features({ target: "readmitted" }))
  .split(byLevel("age", { test: "old" }))
  .train({ optimise: ["auroc", "accuracy"] }, randomForest())
  .evaluate({ metrics: ["auroc"] })
  .gate()
  .promote("production");

holds<Equal<ModelOutput<typeof housePrices>, { readonly value: number }>>();
holds<Equal<ModelOutput<typeof anomalies>, { readonly score: number; readonly alert: boolean }>>();
holds<Equal<ModelOutput<typeof readmission>["label"], "NO" | "YES">>();
holds<Equal<ModelInput<typeof housePrices>["acreLot"], number | null>>();
holds<Equal<ModelInput<typeof housePrices>["status"], "for_sale" | "sold">>();
holds<Equal<keyof ModelInput<typeof housePrices> & ("lot" | "street" | "price"), never>>();
holds<Equal<keyof ModelInput<typeof anomalies> & "label", never>>();

const ingested = pipeline("x").ingest(listings, source);
const featured = ingested.features(homes);
const dividedFlows = pipeline("x")
  .ingest(events, source)
  .features(flows)
  .split(shuffled({ test: 0.2 }));

// @ts-expect-error the target is not readable from derive: leakage is a type error
listings.features({ target: "price", keys: ["street"], derive: (home) => ({ cheat: home.price }) });
// @ts-expect-error nor is a key
listings.features({ target: "price", keys: ["street"], derive: (home) => ({ s: home.street }) });
// @ts-expect-error nor the label of anomalies
events.features({ label: { column: "label", normal: ["normal"] }, derive: (event) => ({ cheat: event.label.is("attack") }) });
// @ts-expect-error arithmetic is an expression, not code: it must be carried by the model
listings.features({ target: "price", keys: ["street"], derive: (home) => ({ lot: home.acreLot * 2 }) });
// @ts-expect-error an unknown level of a declared category
listings.features({ target: "price", keys: ["street"], derive: (home) => ({ sold: home.status.is("gone") }) });
// @ts-expect-error a category has no arithmetic
listings.features({ target: "price", keys: ["street"], derive: (home) => ({ x: home.state.add(1) }) });
// @ts-expect-error a time is no feature
events.features({ derive: (event) => ({ x: event.at }) });
// @ts-expect-error a target encoder needs a target
events.features({ encode: { source: targetMean() } });
// @ts-expect-error an unknown key
listings.features({ target: "price", keys: ["avenue"] });
// @ts-expect-error an anomaly learner cannot fit a price
divided.train({}, isolationForest());
// @ts-expect-error a boosting learner cannot score anomalies
dividedFlows.train({}, gradientBoosting());
// @ts-expect-error auroc is not a regression metric
divided.train({ optimise: "auroc" }, gradientBoosting());
// @ts-expect-error a gate on a metric of another task
evaluated.gate(atLeast("auroc", 0.7));
// @ts-expect-error a gate function that reads a metric of another task
evaluated.gate((challenger) => ({ pass: challenger.metric("auroc") > 0.5, because: "" }));
// @ts-expect-error a slice by a column that is no feature
divided.train({}, gradientBoosting()).evaluate({ metrics: ["rmse"], slices: ["street"] });
// @ts-expect-error no gate, no promotion
evaluated.promote("production");
// @ts-expect-error split comes before train
featured.train({}, gradientBoosting());
// @ts-expect-error features before split
ingested.split(shuffled({ test: 0.2 }));
// @ts-expect-error features of another dataset
pipeline("x").ingest(events, source).features(homes);
// @ts-expect-error not a date column
featured.split(byTime("bed", { test: 0.2 }));
// @ts-expect-error an unknown column to identify rows
ingested.validate({ maxRejected: 0, unique: ["avenue"] });
// @ts-expect-error unknown feature in a drift rule
gated.promote("production").retrain(whenDrifted({ psi: 0.2, on: ["nope"] }));
// @ts-expect-error misspelt parameter
gradientBoosting({ learnRate: 0.1 });
// @ts-expect-error a range of the wrong type
gradientBoosting({ learningRate: oneOf("fast", "slow") });
// @ts-expect-error a step must give rows of the same shape
ingested.step("wrong", () => 5);
// @ts-expect-error a quantile needs a number
divided.trainOnly("wrong", quantileRange("state", 0, 1));
// @ts-expect-error the result of a durable step is what it is
durable("x", async (run): Promise<string> => await run.step("one", () => 1));
divided.train({ search: "grid", prune: true, parallel: 2 }, gradientBoosting()).answer({ interval: { coverage: 0.9 } });
// @ts-expect-error a price has no probabilities to calibrate
divided.train({}, gradientBoosting()).answer({ calibrate: "platt" });
const answering = divided.train({}, gradientBoosting()).answer({ interval: { coverage: 0.9 } });
// @ts-expect-error answers are described once
answering.answer({ interval: { coverage: 0.5 } });
// @ts-expect-error an unknown search
divided.train({ search: "annealing" }, gradientBoosting());
