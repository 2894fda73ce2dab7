import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LinearServer, linearServer } from "../test/linear-server.js";
import type { LabelledRow, TrueLabel } from "../truth/truth-store.js";

let server: LinearServer;
const labels: TrueLabel[] = [];
let outage: Error | null = null;
const answered = (version: number, value: number, label: number): LabelledRow => ({
  request: "r",
  position: 0,
  version,
  at: new Date("2026-11-20T00:00:00Z"),
  input: {},
  answer: { value, unit: "USD" },
  label,
});
beforeAll(async () => {
  server = await linearServer(["homes"], {
    truth: {
      record: async (entries) => {
        if (outage !== null) throw outage;
        labels.push(...entries);
      },
      labelled: async () => [answered(1, 10, 12), answered(1, 10, 8), answered(2, 5, 5)],
    },
  });
});
afterAll(() => server.close());

const post = async (payload: object) => {
  const response = await server.app.inject({ method: "POST", url: "/feedback", payload });
  return { status: response.statusCode, body: response.json(), headers: response.headers };
};

describe("feedback", () => {
  const id = "01a1fe9d-2fc8-720f-a8cd-359f6f86b9eb";

  it("is taken for one row, and for rows of an answer", async () => {
    expect(await post({ id, label: 3 })).toMatchObject({ status: 200, body: { pipeline: "homes", taken: 1 } });
    expect(
      await post([
        { id: `${id}:7`, label: "sold" },
        { id, label: false },
      ]),
    ).toMatchObject({ body: { taken: 2 } });
    expect(labels.map(({ request, position, label }) => [request, position, label])).toEqual([
      [id, 0, 3],
      [id, 7, "sold"],
      [id, 0, false],
    ]);
  });

  it.each<[string, object]>([
    ["no id", { label: 1 }],
    ["an id of another kind", { id: "7", label: 1 }],
    ["no label", { id }],
    ["a list as label", { id, label: [1] }],
    ["more fields", { id, label: 1, price: 2 }],
    ["no object", [1]],
  ])("is refused with %s", async (_what, payload) => {
    expect(await post(payload)).toMatchObject({ status: 422, body: { code: "SERVE_BAD_FEEDBACK" } });
  });

  it("waits for the caller to come again while the database is away", async () => {
    outage = new Error("connection refused");
    expect(await post({ id, label: 1 })).toMatchObject({ status: 503, body: { code: "SERVE_TRUTH_UNREACHABLE" } });
    outage = null;
  });

  it("is not taken where nothing keeps it", async () => {
    const without = await linearServer(["homes"]);
    const response = await without.app.inject({ method: "POST", url: "/feedback", payload: { id, label: 1 } });
    expect([response.statusCode, response.json().code]).toEqual([404, "SERVE_FEEDBACK_NOT_KEPT"]);
    await without.close();
  });
});

it("says the quality of each version", async () => {
  const { versions } = (await server.app.inject("/v1/pipelines/homes/quality?days=7")).json();
  expect(versions).toMatchObject([
    { version: 2, rows: 1, metrics: { rmse: 0, r2: null } },
    { version: 1, rows: 2, metrics: { rmse: 2, mae: 2, bias: 0, r2: 0 } },
  ]);
});
