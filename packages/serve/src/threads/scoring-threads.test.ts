import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPredictionServer, type PredictionServer } from "../http/server.js";
import { encodeHomes } from "../test/home-bundles.js";
import { MemoryModels } from "../test/memory-models.js";

const bytes = encodeHomes("price", { learner: "gradientBoosting", parameters: { trees: 20, leaves: 8, minLeafRows: 5 } });
const row = (bed: number) => ({ bed: bed % 7, bath: 2, houseSize: 1_000 + bed, state: "Utah" });
const rows = Array.from({ length: 5_000 }, (_, bed) => row(bed));

let threaded: PredictionServer;
let single: PredictionServer;

async function served(threads: number): Promise<PredictionServer> {
  const models = new MemoryModels();
  models.store("homes", 1, bytes, createHash("sha256").update(bytes).digest("hex"));
  models.promote("homes", 1);
  return createPredictionServer({ models, pipelines: ["homes"], threads, mostWaiting: 2, mostLagMs: 60_000 });
}

beforeAll(async () => {
  [threaded, single] = await Promise.all([served(2), served(0)]);
});
afterAll(() => Promise.all([threaded.close(), single.close()]));

const ask = async (server: PredictionServer, url: string, payload: object) => {
  const response = await server.app.inject({ method: "POST", url, payload });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
};

describe("large requests", () => {
  it("get on a thread the answer that the event loop gives, bit for bit", async () => {
    for (const [url, payload] of [
      ["/predict", { rows }],
      ["/predict", rows],
      ["/explain?by=both", rows.slice(0, 900)],
    ] as const) {
      const [one, other] = [await ask(threaded, url, payload), await ask(single, url, payload)];
      expect(one.status).toBe(200);
      expect(one.body.predictions).toEqual(other.body.predictions);
      expect(one.headers["content-type"]).toBe(other.headers["content-type"]);
    }
  });

  it("of more than a megabyte are scored in parts, and logged and refused as a whole", async () => {
    const many = Array.from({ length: 20_000 }, (_, bed) => row(bed));
    for (const payload of [many, { rows: many }]) {
      const [one, other] = [await ask(threaded, "/predict", payload), await ask(single, "/predict", payload)];
      expect(one.body.predictions).toHaveLength(20_000);
      expect(one.body.predictions).toEqual(other.body.predictions);
      expect(Object.keys(one.body)).toEqual(Object.keys(other.body));
    }
    const bad = [...many, { bed: "x" }];
    expect((await ask(threaded, "/predict", bad)).body.errors).toMatchObject([{ row: 20_000, field: "bed" }]);
  });

  it("are refused on a thread as on the event loop", async () => {
    const bad = [...rows, { bed: "x" }];
    const one = await ask(threaded, "/predict", bad);
    const other = await ask(single, "/predict", bad);
    expect(one.status).toBe(422);
    expect(one.body.errors).toEqual(other.body.errors);
    expect(one.body.detail).toBe(other.body.detail);
  });

  it("leave small ones unharmed, and are shed when too many wait", async () => {
    const large = Array.from({ length: 12 }, () => ask(threaded, "/predict", rows));
    const small = await ask(threaded, "/predict", row(3));
    expect(small.status).toBe(200);
    const answers = await Promise.all(large);
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    const shed = answers.find(({ status }) => status === 503);
    expect(shed?.body.code).toBe("SERVE_OVERLOADED");
    expect(shed?.headers["retry-after"]).toBeDefined();
  });
});
