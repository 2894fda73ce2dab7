import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LinearServer, linearServer } from "../test/linear-server.js";

let server: LinearServer;
let port: number;
beforeAll(async () => {
  server = await linearServer(["house-prices"], { requestTimeoutMs: 300 });
  await server.app.listen({ host: "127.0.0.1", port: 0 });
  port = (server.app.server.address() as AddressInfo).port;
});
afterAll(() => server.close());

/** Sends chunk by chunk as they are taken, and reads the answer meanwhile. */
function stream(type: string, chunks: Iterable<string>, path = "/predict"): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, path, method: "POST", headers: { "content-type": type } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    const iterator = chunks[Symbol.iterator]();
    const write = (): void => {
      for (;;) {
        const { done, value } = iterator.next();
        if (done) return void outgoing.end();
        if (!outgoing.write(value)) return void outgoing.once("drain", write);
      }
    };
    write();
  });
}

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { id?: string; prediction?: { value: number }; problem?: { code: string } });

describe("a stream of JSON lines", () => {
  it("is answered line by line in order, however it is cut", async () => {
    const text = Array.from({ length: 3_000 }, (_, bed) => `{"bed":${bed % 50}}\n`).join("");
    const chunks = Array.from({ length: Math.ceil(text.length / 777) }, (_, part) => text.slice(part * 777, (part + 1) * 777));
    const answer = await stream("application/x-ndjson", chunks);
    expect(answer.status).toBe(200);
    const lines = linesOf(answer.text);
    expect(lines.map(({ prediction }) => prediction?.value)).toEqual(
      Array.from({ length: 3_000 }, (_, bed) => 1000 + 10 * (bed % 50)),
    );
    expect(new Set(lines.map(({ id }) => id)).size).toBe(3_000);
  });

  it("has a problem in the place of each bad line, and answers the others", async () => {
    const answer = await stream("application/x-ndjson", ['{"bed":1}\nnonsense\n{"bed":"x"}\n\n{"bed":2}']);
    expect(linesOf(answer.text)).toMatchObject([
      { prediction: { value: 1010 } },
      { problem: { code: "SERVE_BODY_NOT_JSON" } },
      { problem: { code: "SERVE_BAD_ROWS" } },
      { prediction: { value: 1020 } },
    ]);
  });

  it("is explained where that is asked for", async () => {
    const { text } = await stream("application/x-ndjson", ['{"bed":30}\n'], "/explain?top=1");
    expect(JSON.parse(text).explanation.effects).toHaveLength(1);
  });

  it("that has no end of line is broken off, as it would fill the memory", async () => {
    const endless = function* () {
      for (let chunk = 0; chunk < 200; chunk++) yield `{"city":"${"x".repeat(100_000)}`;
    };
    const outcome = await stream("application/x-ndjson", endless()).catch(() => null);
    if (outcome !== null) expect(outcome.text).toContain("SERVE_BODY_TOO_LARGE");
  });

  it("whose sender pauses for too long is broken off", async () => {
    const outgoing = request({ port, path: "/predict", method: "POST", headers: { "content-type": "application/x-ndjson" } });
    const ended = new Promise((resolve) => outgoing.on("close", resolve).on("error", resolve));
    outgoing.on("response", (response) => response.resume());
    outgoing.write('{"bed":1}\n');
    await ended;
  });
});

describe("a stream of CSV", () => {
  it("is answered as CSV", async () => {
    const { status, text } = await stream("text/csv", ["bed,ci", "ty\n3,Pon", 'ce\n0,"a\nb ""c"""\n', "x,\n5,"]);
    expect(status).toBe(200);
    const lines = text.trimEnd().split("\n");
    expect(lines[0]).toBe("id,value,problem");
    expect(lines.slice(1).map((line) => line.split(",")[1])).toEqual(["1030", "1000", "", "1050"]);
    expect(lines[3]).toContain('Field ""bed""');
  });

  it("cannot be explained, which is said", async () => {
    expect((await stream("text/csv", ["bed\n1\n"], "/explain")).status).toBe(400);
  });
});

describe("a body that does not come", () => {
  it("is given up with 408", async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const headers = { "content-type": "application/json", "content-length": "10" };
      const outgoing = request({ port, path: "/predict", method: "POST", headers }, (response) =>
        resolve(response.statusCode ?? 0),
      );
      outgoing.on("error", reject);
      outgoing.write("{");
    });
    expect(status).toBe(408);
  });
});
