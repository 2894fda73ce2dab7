import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LinearServer, linearServer } from "../test/linear-server.js";

let server: LinearServer;
beforeAll(async () => {
  server = await linearServer();
});
afterAll(() => server.close());

async function post(url: string, payload: object | string, type = "application/json") {
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  const response = await server.app.inject({ method: "POST", url, headers: { "content-type": type }, payload: body });
  return { status: response.statusCode, body: response.json() };
}

describe("version 2 of the Open Inference Protocol", () => {
  const bed = { name: "bed", shape: [2], datatype: "INT64", data: [3, 0] };

  it("answers tensors with tensors", async () => {
    const city = { name: "city", shape: [2, 1], datatype: "BYTES", data: [["Ponce"], [null]] };
    const request = { id: "mine", inputs: [bed, city], outputs: [{ name: "value" }] };
    for (const url of ["/v2/models/house-prices/infer", "/v2/models/house-prices/versions/1/infer"]) {
      expect(await post(url, request)).toEqual({
        status: 200,
        body: {
          model_name: "house-prices",
          model_version: "1",
          id: "mine",
          outputs: [{ name: "value", datatype: "FP64", shape: [2], data: [1030, 1000] }],
        },
      });
    }
  });

  it("says what there is", async () => {
    const get = async (url: string) => (await server.app.inject(url)).json();
    expect(await get("/v2/models/house-prices")).toMatchObject({
      versions: ["1"],
      inputs: [{ name: "bed", datatype: "INT64", shape: [-1, 1] }, {}, {}, {}],
      outputs: [{ name: "value", datatype: "FP64", shape: [-1] }],
    });
    expect(await get("/v2/models/house-prices/ready")).toEqual({ name: "house-prices", ready: true });
    expect(await get("/v2/health/ready")).toEqual({ ready: true });
    expect((await server.app.inject("/v2/models/house-prices/versions/7/ready")).statusCode).toBe(404);
  });

  it.each<[string, object]>([
    ["no inputs", {}],
    ["inputs that are no list", { inputs: { bed } }],
    ["a tensor without a name", { inputs: [{ ...bed, name: undefined }] }],
    ["another shape than its data", { inputs: [{ ...bed, shape: [3] }] }],
    ["an unknown datatype", { inputs: [{ ...bed, datatype: "COMPLEX" }] }],
    ["a name twice", { inputs: [bed, bed] }],
    ["uneven tensors", { inputs: [bed, { ...bed, name: "city", shape: [1], data: ["x"] }] }],
    ["an output that is not there", { inputs: [bed], outputs: [{ name: "label" }] }],
    ["an id that is no text", { id: 1, inputs: [bed] }],
  ])("refuses %s", async (_what, request) => {
    expect(await post("/v2/models/house-prices/infer", request)).toMatchObject({
      status: 422,
      body: { code: "SERVE_BAD_TENSOR" },
    });
  });

  it("names a field that cannot be scored", async () => {
    const answer = await post("/v2/models/house-prices/infer", { inputs: [{ ...bed, data: [3, "x"] }] });
    expect(answer).toMatchObject({ status: 422, body: { code: "SERVE_BAD_ROWS", errors: [{ row: 1, field: "bed" }] } });
  });
});

describe("MLflow's invocations", () => {
  it.each<[string, object]>([
    [
      "dataframe_split",
      {
        dataframe_split: {
          columns: ["bed", "city"],
          index: [0, 1],
          data: [
            [3, "Ponce"],
            [0, null],
          ],
        },
      },
    ],
    ["dataframe_records", { dataframe_records: [{ bed: 3 }, { bed: 0 }] }],
    ["instances", { instances: [{ bed: 3 }, { bed: 0 }] }],
    ["inputs by column", { inputs: { bed: [3, 0], city: ["Ponce", null] }, params: {} }],
  ])("are read as %s", async (_form, body) => {
    expect(await post("/invocations", body)).toEqual({ status: 200, body: { predictions: [1030, 1000] } });
  });

  it("are read as CSV", async () => {
    const csv = 'bed,city\n3,"Ponce, PR"\r\n0,\n';
    expect(await post("/invocations", csv, "text/csv")).toEqual({ status: 200, body: { predictions: [1030, 1000] } });
    expect(await post("/invocations", "bed\nthree\n", "text/csv")).toMatchObject({
      status: 422,
      body: { errors: [{ row: 0, field: "bed", received: '"three"' }] },
    });
    expect(await post("/invocations", "bed\n1,2\n", "text/csv")).toMatchObject({ status: 422 });
  });

  it.each<[string, unknown]>([
    ["a list", []],
    ["no form", { rows: [] }],
    ["two forms", { instances: [], inputs: [] }],
    ["parameters", { instances: [], params: { n: 1 } }],
    ["a row that is too short", { dataframe_split: { columns: ["bed", "city"], data: [[1]] } }],
    ["columns that are uneven", { inputs: { bed: [1, 2], city: [null] } }],
  ])("refuses %s", async (_what, body) => {
    expect(await post("/invocations", body as object)).toMatchObject({ status: 422, body: { code: "SERVE_BAD_INVOCATION" } });
  });

  it("come with a ping", async () => {
    expect((await server.app.inject("/ping")).statusCode).toBe(200);
  });
});
