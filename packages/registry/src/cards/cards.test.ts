import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store } from "@atalaya/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addComment, billOfMaterials, cardMarkdown, evidenceBundle, modelCard, openRegistry, type Registry } from "../index.js";

let home: string;
let store: Store;
let registry: Registry;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-cards-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
  registry = openRegistry(store);
  const pipeline = "house-prices";
  const bundle = await store.objects.put("models", { pipeline, name: "bundle", extension: "bin" }, Buffer.from("model"));
  const content = {
    evaluatedOn: "test",
    rows: 120,
    slices: [{ column: "state", slice: "O|hio", rows: 20, metrics: { r2: { value: 0.7 }, mape: { notMeasured: "zero" } } }],
    explanation: { rows: 50, importance: [{ feature: "houseSize", meanAbsoluteEffect: 0.31 }] },
    notes: ["no label for 3 rows"],
  };
  const report = await store.objects.put(
    "eval",
    { pipeline, name: "report", extension: "json" },
    Buffer.from(JSON.stringify(content)),
  );
  await registry.registerVersion({
    pipeline,
    hash: bundle.sha256,
    bundle,
    run: "run-1",
    verdict: "promoted",
    reasons: ["r2 0.74 is at least 0.35"],
    metrics: { r2: 0.74, mape: Number.NaN },
    report,
    datasetReference: "d".repeat(64),
    parameters: { learner: "gradientBoosting", trees: 500 },
    signature: {
      inputs: [
        { name: "bed", type: "integer", min: 0, max: 20, optional: true },
        { name: "status", type: "category", levels: ["sold", "for sale"], optional: false },
      ],
      target: { name: "price", unit: "USD" },
      task: "regression",
      features: ["bed", "status"],
    },
  });
  await registry.promote({ pipeline, version: 1, alias: "production", who: "ana", why: "better" });
});
afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

test("a card says what it is, what it was measured on and what it cannot do", async () => {
  const card = await modelCard(store, registry, "house-prices", 1);
  expect(card).toMatchObject({
    task: "regression",
    target: { name: "price", unit: "USD" },
    learner: "gradientBoosting",
    parameters: { trees: 500 },
    aliases: ["production"],
    evaluation: { on: "test", rows: 120, slices: [{ slice: "O|hio", metrics: { r2: 0.7 } }], explainedRows: 50 },
    decisions: [{ what: "promote production: none to 1", who: "ana", why: "better" }],
  });
  expect(card.limits).toEqual(["bed outside 0 to 20 is refused.", "status knows 2 levels; others are refused."]);
  const text = cardMarkdown(card);
  expect(text).toContain("# house-prices, version 1");
  expect(text).toContain("Predicts price in USD (regression) with gradientBoosting.");
  expect(text).toContain("| state = O\\|hio | 20 | 0.7 |");
  expect(text).toContain("- houseSize: 0.31");
  expect(text).toContain("- no label for 3 rows");
});

test("the bill of materials names model and data by hash, and is the same every time", async () => {
  const card = await modelCard(store, registry, "house-prices", 1);
  const bill = billOfMaterials(card);
  expect(bill).toMatchObject({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    metadata: {
      component: {
        type: "machine-learning-model",
        hashes: [{ alg: "SHA-256", content: card.hash }],
        modelCard: {
          quantitativeAnalysis: {
            performanceMetrics: expect.arrayContaining([{ type: "r2", value: "0.7", slice: "state = O|hio" }]),
          },
        },
      },
    },
    components: [{ type: "data", hashes: [{ content: "d".repeat(64) }] }],
  });
  expect((bill as { serialNumber: string }).serialNumber).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(billOfMaterials(card)).toEqual(bill);
});

test.skipIf(process.platform === "win32")("the evidence is an archive that tar reads, with hashes that hold", async () => {
  await addComment(store.database, { model: "house-prices", version: 1, who: "ada", text: "checked by hand" });
  const bytes = await evidenceBundle(store, registry, "house-prices", 1);
  const file = join(home, "evidence.tar");
  writeFileSync(file, bytes);
  const folder = mkdtempSync(join(tmpdir(), "atalaya-evidence-"));
  execFileSync("tar", ["-xf", file, "-C", folder]);
  expect(readFileSync(join(folder, "model.atalaya"), "utf8")).toBe("model");
  expect(JSON.parse(readFileSync(join(folder, "history.json"), "utf8")).moves).toHaveLength(1);
  expect(JSON.parse(readFileSync(join(folder, "comments.json"), "utf8"))).toMatchObject([
    { who: "ada", text: "checked by hand" },
  ]);
  for (const line of readFileSync(join(folder, "SHA256SUMS"), "utf8").trim().split("\n")) {
    const [sum = "", name = ""] = line.split("  ");
    expect(
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
      name,
    ).toBe(sum);
  }
  expect(Buffer.from(await evidenceBundle(store, registry, "house-prices", 1)).equals(Buffer.from(bytes))).toBe(true);
  rmSync(folder, { recursive: true });
});
