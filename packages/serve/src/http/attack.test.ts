import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeHomes } from "../test/home-bundles.js";
import { MemoryModels } from "../test/memory-models.js";
import { type StartedPredictionServer, startPredictionServer } from "./server.js";

const ROW = '{"bed":3,"houseSize":1800,"state":"Utah"}';
let server: StartedPredictionServer;
let expected: string;

beforeAll(async () => {
  const models = new MemoryModels();
  models.store("homes", 1, encodeHomes("price", { learner: "gradientBoosting", parameters: { trees: 10, leaves: 8 } }));
  models.promote("homes", 1);
  server = await startPredictionServer({
    models,
    pipelines: ["homes"],
    host: "127.0.0.1",
    port: 0,
    bodyBytes: 2_000_000,
    requestTimeoutMs: 400,
    headersTimeoutMs: 400,
    mostLagMs: 60_000,
  });
  expected = JSON.stringify(JSON.parse(await answerTo(ROW)).prediction);
});
afterAll(() => server.close());

async function answerTo(body: string): Promise<string> {
  const response = await fetch(`${server.url}/predict`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
  return response.text();
}

/** What comes back on a connection until it is closed. */
function talk(speak: (socket: Socket) => void): Promise<string> {
  return new Promise((done) => {
    let said = "";
    const socket = connect(server.port, "127.0.0.1", () => speak(socket));
    socket.on("data", (chunk) => {
      said += chunk.toString();
    });
    // Cut off in the middle of a body is as good an answer as any.
    socket.on("error", () => undefined);
    socket.on("close", () => done(said));
  });
}

const head = (more: string) => `POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${more}\r\n\r\n`;
const whole = (body: string) => head(`content-length: ${Buffer.byteLength(body)}\r\nconnection: close`) + body;

/** Attacks by name, and what an answer to them may begin with: nothing where the connection is just closed. */
const attacks: readonly [what: string, attack: () => Promise<string>, answer: RegExp][] = [
  [
    "a body of a gigabyte, as it says itself",
    () => talk((socket) => socket.write(head("content-length: 1073741824"))),
    /^HTTP\/1\.1 413 /,
  ],
  [
    "a body without end, which does not say so",
    () =>
      talk((socket) => {
        socket.write(head("transfer-encoding: chunked"));
        const chunk = `10000\r\n${" ".repeat(65_536)}\r\n`;
        const pour = () => {
          while (!socket.destroyed && socket.write(chunk));
        };
        socket.on("drain", pour);
        pour();
      }),
    /^(HTTP\/1\.1 413 |$)/,
  ],
  [
    "a body that comes byte by byte",
    () =>
      talk((socket) => {
        socket.write(head("content-length: 1000"));
        const timer = setInterval(() => socket.write(" "), 20);
        socket.once("close", () => clearInterval(timer));
      }),
    /^HTTP\/1\.1 408 /,
  ],
  [
    "a head that does not come",
    () => talk((socket) => socket.write("POST /predict HTTP/1.1\r\nhost: x\r\n")),
    /^HTTP\/1\.1 408 /,
  ],
  [
    "a connection that is half closed behind half a body",
    () => talk((socket) => socket.end(`${head("content-length: 1000")}{"bed"`)),
    /^(HTTP\/1\.1 4\d\d |$)/,
  ],
  ["a connection that is half closed behind its request", () => talk((socket) => socket.end(whole(ROW))), /^HTTP\/1\.1 200 /],
  ["brackets by the million", () => talk((socket) => socket.write(whole("[".repeat(1_000_000)))), /^HTTP\/1\.1 400 /],
  [
    "lists in lists, wide and flat",
    () => talk((socket) => socket.write(whole(`[${"[],".repeat(300_000)}[]]`))),
    /^HTTP\/1\.1 4(13|22) /,
  ],
  [
    "ten thousand unknown columns",
    () =>
      talk((socket) => socket.write(whole(`{${Array.from({ length: 10_000 }, (_, at) => `"column ${at}":${at}`).join(",")}}`))),
    /^HTTP\/1\.1 422 /,
  ],
  [
    "a hundred rows of a thousand unknown columns",
    () => {
      const row = `{${Array.from({ length: 1_000 }, (_, at) => `"c${at}":1`).join(",")}}`;
      return talk((socket) => socket.write(whole(`[${new Array(100).fill(row).join(",")}]`)));
    },
    /^HTTP\/1\.1 422 /,
  ],
  [
    "a version as long as a book",
    () => talk((socket) => socket.write(whole(`"${"x".repeat(500_000)}"`).replace("/predict", "/load_model"))),
    /^HTTP\/1\.1 413 /,
  ],
];

describe("while others attack", () => {
  it("every request of a good caller is answered, and every attack gets its answer or is closed", async () => {
    let isOver = false;
    let good = 0;
    const caller = async () => {
      while (!isOver) {
        const answer = JSON.parse(await answerTo(ROW)) as { prediction?: unknown };
        expect(JSON.stringify(answer.prediction)).toBe(expected);
        good++;
      }
    };
    const callers = Promise.all([caller(), caller()]);
    const outcomes = await Promise.all(
      attacks.flatMap(([what, attack, answer]) => [1, 2, 3].map(async () => ({ what, answer, said: await attack() }))),
    );
    isOver = true;
    await callers;
    for (const { what, answer, said } of outcomes) expect(said.slice(0, 60), what).toMatch(answer);
    expect(good).toBeGreaterThan(0);
  }, 30_000);

  it("nothing of them is left", async () => {
    const open = () => new Promise<number>((done) => server.app.server.getConnections((_error, count) => done(count)));
    server.app.server.closeIdleConnections();
    for (let wait = 0; wait < 100 && (await open()) > 0; wait++) await sleep(20);
    expect(await open()).toBe(0);
    expect((await server.app.inject("/health")).json()).toMatchObject({ status: "ok" });
  });
});
