import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LinearServer, linearServer } from "../test/linear-server.js";

let server: LinearServer;
beforeAll(async () => {
  server = await linearServer(["house-prices"], { bodyBytes: 100_000, mostRows: 100, headersTimeoutMs: 1_000 });
  await server.app.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(() => server.close());

function post(
  payload: string | Buffer,
  headers: Record<string, string> = { "content-type": "application/json" },
  url = "/predict",
) {
  return server.app.inject({ method: "POST", url, headers, payload });
}

describe("a hostile body", () => {
  it.each([
    ["nothing", "", 400, "SERVE_BODY_MISSING"],
    ["no JSON", "{bed: 1}", 400, "SERVE_BODY_NOT_JSON"],
    ["half a JSON", '{"bed": 1', 400, "SERVE_BODY_NOT_JSON"],
    ["NaN", '{"bed": NaN}', 400, "SERVE_BODY_NOT_JSON"],
    ["NaN as text", '{"bed": "NaN"}', 422, "SERVE_BAD_ROWS"],
    ["1e400", '{"bed": 1, "houseSize": 1e400}', 422, "SERVE_BAD_ROWS"],
    ["a number", "5", 422, "SERVE_BODY_NOT_ROWS"],
    ["a text", '"bed"', 422, "SERVE_BODY_NOT_ROWS"],
    ["null", "null", 422, "SERVE_BODY_NOT_ROWS"],
    ["rows of numbers", "[1, 2]", 422, "SERVE_BAD_ROWS"],
    ["rows and more", '{"rows": [], "bed": 1}', 422, "SERVE_BODY_NOT_ROWS"],
    ["rows that are no list", '{"rows": {"bed": 1}}', 422, "SERVE_BAD_ROWS"],
    ["a cell that is an object", '{"bed": {"$gt": 0}}', 422, "SERVE_BAD_ROWS"],
    ["a prototype", '{"__proto__": {"bed": 3}}', 422, "SERVE_BAD_ROWS"],
    ["a prototype beside", '{"bed": 3, "__proto__": {"polluted": true}}', 422, "SERVE_BAD_ROWS"],
    ["a constructor", '{"bed": 3, "constructor": {"prototype": {"polluted": true}}}', 422, "SERVE_BAD_ROWS"],
    ["a level with a lone surrogate", '{"bed": 1, "status": "\\ud800"}', 422, "SERVE_BAD_ROWS"],
    ["deep nesting", "[".repeat(50_000), 400, "SERVE_BODY_TOO_DEEP"],
    ["deep nesting of objects", '{"bed":'.repeat(10_000), 400, "SERVE_BODY_TOO_DEEP"],
    ["too many rows", `[${"{},".repeat(100)}{}]`, 413, "SERVE_TOO_MANY_ROWS"],
    ["too many bytes", `{"city": "${"x".repeat(100_000)}"}`, 413, "SERVE_BODY_TOO_LARGE"],
  ])("%s is refused", async (_what, payload, status, code) => {
    const response = await post(payload);
    expect(response.statusCode).toBe(status);
    const problem = response.json();
    expect(problem).toMatchObject({ code, status, type: `urn:atalaya:error:${code}` });
    expect(problem.instance).toMatch(/^urn:uuid:/);
    expect(response.body).not.toMatch(/\bat .*\.(ts|js):\d/);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("that is no UTF-8 is refused", async () => {
    const response = await post(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]));
    expect(response.statusCode).toBe(400);
    expect(response.json().detail).toContain("UTF-8");
  });

  it("with a lone surrogate in an open category is scored, and answers stay valid UTF-8", async () => {
    const response = await post('{"bed": 1, "city": "\\ud800"}', { "content-type": "application/json" }, "/explain");
    expect(response.statusCode).toBe(200);
    expect(response.json().explanation.effects).toContainEqual({ feature: "city", value: "\ud800", effect: 200 });
  });

  it("with a byte order mark is read", async () => {
    expect((await post('\ufeff{"bed": 1}')).statusCode).toBe(200);
  });

  it("with 10,000 unknown fields gets a short answer", async () => {
    const fields = Array.from({ length: 5_000 }, (_, at) => `"field${at}":1`).join(",");
    const response = await post(`{${fields}}`);
    expect(response.statusCode).toBe(422);
    expect(response.json().errors.length).toBeLessThanOrEqual(100);
    expect(response.body.length).toBeLessThan(30_000);
  });

  it.each([
    ["application/x-www-form-urlencoded", "SERVE_CONTENT_TYPE"],
    ["text/plain", "SERVE_CONTENT_TYPE"],
    ["nonsense", "SERVE_CONTENT_TYPE"],
  ])("of type %s is refused", async (type, code) => {
    const response = await post('{"bed": 1}', { "content-type": type });
    expect(response.statusCode).toBe(415);
    expect(response.json()).toMatchObject({ code, detail: expect.stringContaining(type) });
  });

  it("without a type is refused", async () => {
    const response = await server.app.inject({ method: "POST", url: "/predict", payload: Buffer.from('{"bed": 1}') });
    expect(response.statusCode).toBe(415);
  });

  it("with an encoding is refused", async () => {
    const response = await post("x", { "content-type": "application/json", "content-encoding": "gzip" });
    expect(response.json()).toMatchObject({ status: 415, code: "SERVE_CONTENT_ENCODING" });
  });
});

describe("a wrong address", () => {
  const at = (method: "GET" | "POST" | "DELETE" | "OPTIONS", url: string) => server.app.inject({ method, url });

  it("gets the one that was meant", async () => {
    const response = await at("POST", "/predit");
    expect(response.json()).toMatchObject({ status: 404, code: "SERVE_ROUTE_UNKNOWN", hint: "Did you mean POST /predict?" });
    expect((await at("GET", "/v1/pipelines/house-prices/explan")).json().hint).toContain("/v1/pipelines/house-prices/explain");
  });

  it.each([
    ["GET", "/predict", "POST"],
    ["DELETE", "/v1/pipelines/house-prices/predict/", "POST"],
    ["POST", "/health", "GET, HEAD"],
  ] as const)("%s %s is told which methods there are", async (method, url, allow) => {
    const response = await at(method, url);
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toBe(allow);
    expect(response.json().code).toBe("SERVE_METHOD_NOT_ALLOWED");
  });

  it.each(["/%ff", "/v1/pipelines/%ff", `/v1/pipelines/${"x".repeat(500)}/predict`, "/..%2f..%2fetc/passwd"])(
    "%s is a problem of the caller",
    async (url) => {
      const response = await at("POST", url);
      expect(response.statusCode).toBeGreaterThanOrEqual(400);
      expect(response.statusCode).toBeLessThan(500);
      expect(response.headers["content-type"]).toContain("application/problem+json");
    },
  );
});

describe("a hostile connection", () => {
  async function raw(text: string): Promise<string> {
    const address = server.app.server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return new Promise((done, failed) => {
      let answer = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(text));
      socket.on("data", (chunk) => {
        answer += chunk.toString();
      });
      socket.on("close", () => done(answer));
      socket.on("error", failed);
    });
  }

  it("that speaks no HTTP gets a problem and is closed", async () => {
    const answer = await raw("nonsense\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain("SERVE_REQUEST_REFUSED");
  });

  it("with a head too large gets 431", async () => {
    expect(await raw(`GET / HTTP/1.1\r\nhost: x\r\nx-long: ${"x".repeat(40_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("whose head does not come is closed with 408", async () => {
    expect(await raw("GET / HTTP/1.1\r\nhost: x\r\n")).toMatch(/^HTTP\/1\.1 408 /);
  }, 10_000);
});

describe("a failure inside", () => {
  it("is answered with an id that the log has, and nothing else", async () => {
    const logged: object[] = [];
    const logger = { info: () => {}, warn: () => {}, error: (facts: object) => void logged.push(facts) };
    const broken = await linearServer(["house-prices"], {
      logger,
      open: () => ({
        task: "regression",
        target: null,
        classes: null,
        inputs: [],
        example: null,
        features: [],
        sample: [],
        reference: [],
        read: () => {
          throw new TypeError("secret detail");
        },
        predict: () => [],
        explain: () => [],
      }),
    });
    const response = await broken.app.inject({
      method: "POST",
      url: "/predict",
      headers: { "content-type": "application/json" },
      payload: "{}",
    });
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain("secret");
    const id = response.json().instance.replace("urn:uuid:", "");
    expect(logged).toMatchObject([{ occurrence: id, error: { message: "secret detail" } }]);
    await broken.close();
  });
});
