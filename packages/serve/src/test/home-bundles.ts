import {
  buildBundle,
  type ColumnSchema,
  createRandom,
  type Expression,
  encodeBundle,
  type FeaturePlan,
  fitFeatures,
  fitModel,
  type LearnerSpecification,
  type ModelBundle,
  rowsToFrame,
  type Target,
} from "@atalaya/learn";

const inputs: readonly ColumnSchema[] = [
  { name: "bed", from: ["bed"], type: "integer", min: 0, max: 50, optional: false },
  { name: "bath", from: ["bath"], type: "number", min: 0, optional: true },
  { name: "houseSize", from: ["house_size"], type: "number", unit: "ft²", min: 0, optional: true },
  { name: "state", from: ["state"], type: "category", optional: true },
  { name: "listedAt", from: ["listed_at"], type: "time", optional: true },
];

const sizePerBed: Expression = {
  op: "div",
  left: { op: "column", name: "houseSize" },
  right: { op: "add", left: { op: "column", name: "bed" }, right: { op: "number", value: 1 } },
};

/** Homes of four states, some without a size; the price follows beds, size and state. Seeded. */
function makeHomes(rowCount: number) {
  const random = createRandom(7);
  const states = ["Ohio", "Texas", "Utah", "Vermont"];
  return Array.from({ length: rowCount }, (_, row) => {
    const bed = random.integer(7);
    const size = 600 + bed * 350 + random.next() * 400;
    const state = random.integer(4);
    const price = 60_000 + 90 * size + 25_000 * state + 10_000 * random.next();
    return {
      request: {
        bed,
        bath: row % 11 === 0 ? null : 1 + random.integer(3),
        houseSize: row % 7 === 0 ? null : size,
        state: states[state]!,
        listedAt: new Date(Date.UTC(2026, row % 12, 1 + (row % 28))).toISOString(),
      },
      price,
    };
  });
}

/** What to learn of the homes: their price, which of two or three classes of price they are in, or what is unusual. */
export type HomeTask = "price" | "dear" | "class" | "unusual";

/** A small model fitted on homes with the real learners. */
export function homeBundle(task: HomeTask, specification: LearnerSpecification, rowCount = 400): ModelBundle {
  const homes = makeHomes(rowCount);
  const { frame } = rowsToFrame(
    inputs,
    homes.map(({ request }) => request),
  );
  const target = targetOf(
    task,
    homes.map(({ price }) => price),
  );
  const plan: FeaturePlan = {
    inputs,
    derived: [{ name: "sizePerBed", expression: sizePerBed }],
    features: [
      { name: "bed", encoder: { kind: "number" } },
      { name: "bath", encoder: { kind: "number" } },
      { name: "houseSize", encoder: { kind: "number" } },
      { name: "sizePerBed", encoder: { kind: "number" } },
      { name: "state", encoder: target === null ? { kind: "frequency" } : { kind: "targetMean", smoothing: 10 } },
      { name: "listedAt", encoder: { kind: "number" } },
    ],
  };
  const fitOn = specification.parameters.fitOn === "log1p" ? "log1p" : "value";
  const { fitted, trainingMatrix } = fitFeatures(plan, frame, target, { seed: 1, fitOn });
  const model = fitModel(specification, { matrix: trainingMatrix, target }, { seed: 1 });
  const named = task === "price" ? { name: "price", unit: "USD" } : task === "unusual" ? null : { name: task, unit: null };
  return buildBundle({ pipeline: "homes", target: named, features: fitted, model, trainingRows: frame });
}

function targetOf(task: HomeTask, prices: readonly number[]): Target | null {
  switch (task) {
    case "price":
      return { kind: "number", values: Float64Array.from(prices) };
    case "dear":
      return { kind: "class", classes: ["no", "yes"], codes: Int32Array.from(prices, (price) => Number(price > 280_000)) };
    case "class":
      return {
        kind: "class",
        classes: ["low", "middle", "high"],
        codes: Int32Array.from(prices, (price) => (price < 200_000 ? 0 : price < 330_000 ? 1 : 2)),
      };
    case "unusual":
      return null;
  }
}

/** The bytes that a registry would hold. */
export function encodeHomes(task: HomeTask, specification: LearnerSpecification): Uint8Array {
  return encodeBundle(homeBundle(task, specification));
}
