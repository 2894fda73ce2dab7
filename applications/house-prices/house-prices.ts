import {
  atLeast,
  atMost,
  between,
  byGroup,
  column,
  cron,
  dataset,
  gradientBoosting,
  httpBatches,
  logBetween,
  noWorseThanChampion,
  pipeline,
  randomForest,
  setting,
  targetMean,
  whenDrifted,
} from "@atalaya/define";

const SQUARE_FEET_PER_ACRE = 43_560;

/** One row per listing, as the listings API returns it. What a source does not know stays missing. */
export const listings = dataset("listings", {
  price: column.number({ unit: "USD", min: 10_000, max: 10_000_000 }),
  bed: column.integer({ min: 0, max: 200 }).optional(),
  bath: column.number({ min: 0, max: 200 }).optional(),
  acreLot: column.number({ from: "acre_lot", unit: "acre", min: 0, max: 100_000 }).optional(),
  houseSize: column.number({ from: "house_size", unit: "ft²", min: 100, max: 2_000_000 }).optional(),
  status: column.category(["for_sale", "sold", "ready_to_build"]),
  city: column.category().optional(),
  state: column.category().optional(),
  zipCode: column.category({ from: "zip_code" }).optional(),
  street: column.text({ description: "Code of the address" }).optional(),
  brokeredBy: column.text({ from: "brokered_by", description: "Code of the agency" }).optional(),
  prevSoldDate: column.time({ from: "prev_sold_date" }).optional(),
  latitude: column.number({ unit: "°", min: -90, max: 90 }).optional(),
  longitude: column.number({ unit: "°", min: -180, max: 180 }).optional(),
  yearBuilt: column.integer({ from: "year_built", min: 1600, max: 2100 }).optional(),
  yearRenovated: column.integer({ from: "year_renovated", min: 1600, max: 2100 }).optional(),
  floors: column.number({ min: 0, max: 200 }).optional(),
  waterfront: column.boolean().optional(),
  view: column.integer({ min: 0, max: 4, description: "How good the view is, 0 to 4" }).optional(),
  condition: column.integer({ min: 1, max: 5, description: "State of repair, 1 to 5" }).optional(),
  grade: column.integer({ min: 1, max: 13, description: "Quality of construction, 1 to 13" }).optional(),
  neighbourHouseSize: column.number({ from: "neighbour_house_size", unit: "ft²", min: 0, max: 2_000_000 }).optional(),
});

/** One value for training, serving, drift and the browser. `home.price` does not exist here. */
const features = listings.features({
  target: "price",
  keys: ["street", "brokeredBy"],
  ignore: ["prevSoldDate"],
  derive: (home) => ({
    totalRooms: home.bed.add(home.bath),
    bedBath: home.bed.mul(home.bath),
    sizePerBed: home.houseSize.div(home.bed.add(1)),
    sizePerBath: home.houseSize.div(home.bath.add(1)),
    lotToHouse: home.acreLot.mul(SQUARE_FEET_PER_ACRE).div(home.houseSize), // missing stays missing
    sizeToNeighbours: home.houseSize.div(home.neighbourHouseSize),
    isSold: home.status.is("sold"),
    prevSoldMonth: home.prevSoldDate.year().mul(12).add(home.prevSoldDate.month()),
    isLand: home.houseSize.isMissing().and(home.bed.isMissing()),
  }),
  encode: { state: targetMean({ smoothing: 20 }), city: targetMean({ smoothing: 10 }), zipCode: targetMean({ smoothing: 10 }) },
});

export const housePrices = pipeline("house-prices")
  .ingest(listings, httpBatches(setting.url("LISTINGS_URL"), { query: { group_number: 5, day: "Tuesday" } }))
  .validate({ maxRejected: 0.05 })
  .features(features)
  // A property stays on one side: the same house for sale twice would be known by heart.
  .split(byGroup(["bed", "bath", "acreLot", "city", "state", "zipCode", "houseSize"], { test: 0.2, seed: 42 }))
  .train(
    { optimise: "rmse", trials: 8, seed: 42 },
    gradientBoosting({
      fitOn: "log1p",
      trees: 600, // a value is fixed, a range is tuned
      learningRate: logBetween(0.04, 0.1),
      leaves: between(32, 96),
      minLeafRows: between(5, 30),
      l2: logBetween(0.5, 10),
      rowShare: 0.8,
      columnShare: between(0.4, 0.8),
    }),
    randomForest({ fitOn: "log1p", trees: 50, depth: 10 }),
  )
  .evaluate({ metrics: ["rmse", "mae", "r2", "mape"], slices: ["state"], explain: { rows: 500 } })
  .gate(atLeast("r2", 0.35), atMost("rmse", 700_000), noWorseThanChampion("rmse", { tolerance: 0.01 }))
  .promote("production")
  // What the callers of the service before this one read.
  .serve({
    predict: { price: "value", model_run_id: "run", features_used: "featureNames" },
    explain: {
      price: "value",
      shap_values: "effects",
      base_value: "base",
      feature_names: "effectNames",
      feature_values: "effectValues",
    },
  })
  .retrain(whenDrifted({ psi: 0.2, on: ["houseSize", "state", "sizePerBed"], minRows: 1_000 }), cron("0 3 * * 1"));
