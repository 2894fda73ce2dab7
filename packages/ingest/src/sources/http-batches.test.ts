import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceDefinition } from "@atalaya/define";
import { afterEach, expect, test } from "vitest";
import { readBatch } from "../contract/read-batch.js";
import type { ReplayFaults } from "../replay/faults.js";
import { startReplayServer } from "../replay/replay-server.js";
import { sourceIdentity } from "./address.js";
import { openSource } from "./open-source.js";
import type { HttpLimits, RawBatch, SourceClock, SourceContext } from "./raw-batch.js";

type HttpSource = Extract<SourceDefinition, { kind: "httpBatches" }>;
type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const source: HttpSource = {
  kind: "httpBatches",
  url: { setting: "LISTINGS_URL" },
  query: { group_number: 5, day: "Tuesday" },
  pageRows: null,
  page: null,
  cursor: null,
};

/** Waits of the clock are only written down. */
function fakeClock(): SourceClock & { waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: () => new Date("2026-11-21T09:30:44Z"),
    random: () => 0.5,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
    },
  };
}

async function serve(handle: Handler): Promise<string> {
  let count = 0;
  const server = createServer((request, response) => handle(request, response, ++count));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/data`;
}

function reply(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

interface Taken {
  readonly batches: RawBatch[];
  readonly notes: string[];
  readonly clock: ReturnType<typeof fakeClock>;
}

async function take(
  url: string,
  more: {
    limits?: Partial<HttpLimits>;
    known?: SourceContext["known"];
    signal?: AbortSignal;
    source?: HttpSource;
    after?: string;
  } = {},
): Promise<Taken> {
  const notes: string[] = [];
  const clock = fakeClock();
  const batches: RawBatch[] = [];
  const context: SourceContext = {
    address: () => url,
    signal: more.signal ?? new AbortController().signal,
    known: more.known ?? (() => false),
    after: more.after ?? null,
    onNote: (text) => notes.push(text),
    clock,
    limits: { attempts: 3, ...more.limits },
  };
  for await (const batch of openSource(more.source ?? source, context)) batches.push(batch);
  return { batches, notes, clock };
}

const pricesOf = (batches: readonly RawBatch[]): number[] =>
  batches.flatMap(({ bytes }) =>
    (JSON.parse(Buffer.from(bytes!).toString()) as { data: { price: number }[] }).data.map(({ price }) => price),
  );

const batch = (number: number, ...prices: number[]): unknown => ({
  batch_number: number,
  data: prices.map((price) => ({ price })),
});

test("asks with the query of the source, and takes batch after batch until there are no rows", async () => {
  const asked: string[] = [];
  const url = await serve((request, response, count) => {
    asked.push(request.url ?? "");
    reply(response, 200, count < 3 ? batch(count, count) : { data: [] });
  });
  const { batches } = await take(`${url}?lang=en&day=Monday`, { source: { ...source, pageRows: 100 } });
  expect(asked[0]).toBe("/data?lang=en&day=Tuesday&group_number=5&rows=100");
  expect(batches.map(({ cursor, format, mediaType }) => [cursor, format, mediaType])).toEqual([
    ["1", "json", "application/json"],
    ["2", "json", "application/json"],
  ]);
  const [first] = batches;
  expect(first?.receivedAt).toEqual(new Date("2026-11-21T09:30:44Z"));
  expect(first?.identity).toBe(`${sourceIdentity({ ...source, pageRows: 100 }, `${url}?lang=en`)}#1#${first?.sha256}`);
});

test.each([
  ["204", 204, ""],
  ["no rows", 200, { data: [] }],
  ["an empty list", 200, []],
  ["404", 404, { detail: "Not Found" }],
  ["410", 410, "gone"],
  ["400 that says so", 400, { detail: "Ya se recolectó toda la información mínima necesaria" }],
  ["400 that says so in English", 400, { detail: "There is no more data for this group." }],
])("the data end with %s", async (_, status, body) => {
  const url = await serve((__, response, count) =>
    count === 1 ? reply(response, 200, batch(1, 7)) : reply(response, status, body),
  );
  const { batches, notes } = await take(url);
  expect(pricesOf(batches)).toEqual([7]);
  expect(notes).toEqual([expect.stringContaining("no more data")]);
});

test("rows that come with more: false are taken, and nothing is asked after them", async () => {
  let requests = 0;
  const url = await serve((_, response, count) => {
    requests = count;
    reply(response, 200, { data: [{ price: 1 }], more: false });
  });
  expect(pricesOf((await take(url)).batches)).toEqual([1]);
  expect(requests).toBe(1);
});

test.each([
  [404, { detail: "Not Found" }],
  [400, { detail: "group_number is wrong" }],
  [401, "<html>no</html>"],
  [422, { detail: [{ loc: ["query", "day"] }] }],
])("%i at the first request is an error at once, not the end", async (status, body) => {
  const url = await serve((_, response) => reply(response, status, body));
  await expect(take(url)).rejects.toMatchObject({
    code: "INGEST_SOURCE_REFUSED",
    retryable: false,
    message: expect.stringContaining(String(status)),
  });
});

const faults: [string, Handler][] = [
  ["500", (_, response) => reply(response, 500, { detail: "boom" })],
  ["429", (_, response) => reply(response, 429, "slow down", { "retry-after": "3" })],
  [
    "half a body",
    (_, response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write('{"data":[{"pri', () => response.destroy());
    },
  ],
  [
    "a chunked body that is cut",
    (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"data":[{"pri', () => response.destroy());
    },
  ],
  ["JSON that ends early", (_, response) => reply(response, 200, '{"data":[{"price":1}')],
  ["an empty body", (_, response) => reply(response, 200, "")],
  ["no answer", () => undefined],
  [
    "an answer that stops",
    (_, response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write("{");
    },
  ],
  ["a closed connection", (request) => request.socket.destroy()],
];

test.each(faults)("%s is asked again", async (_, fault) => {
  const url = await serve((request, response, count) => {
    if (count === 1 || count === 3) fault(request, response, count);
    else reply(response, 200, count === 2 ? batch(1, 5) : { data: [] });
  });
  const { batches, clock, notes } = await take(url, { limits: { answerMs: 150, idleMs: 150 } });
  expect(pricesOf(batches)).toEqual([5]);
  expect(clock.waits).toHaveLength(2);
  expect(notes[0]).toContain("attempt 2 of 3 follows");
});

test.each(faults)("%s for ever is one retryable error that names address and cure", async (_, fault) => {
  const url = await serve(fault);
  await expect(take(url, { limits: { answerMs: 60, idleMs: 60 } })).rejects.toMatchObject({
    code: "INGEST_SOURCE_UNREACHABLE",
    retryable: true,
    message: expect.stringContaining(`${url}?group_number=5&day=Tuesday gave no usable answer in 3 attempts: `),
    hint: expect.stringMatching(/./),
  });
});

test("waits double, carry chance, and follow Retry-After up to the longest wait", async () => {
  const url = await serve((_, response, count) =>
    reply(response, 503, "x", count === 4 ? { "retry-after": "7" } : count === 5 ? { "retry-after": "900" } : {}),
  );
  const clock = fakeClock();
  const context: SourceContext = {
    address: () => url,
    signal: new AbortController().signal,
    known: () => false,
    clock,
    limits: { attempts: 6, backoffMs: 100, mostBackoffMs: 20_000 },
  };
  await expect(openSource(source, context)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: "INGEST_SOURCE_UNREACHABLE",
  });
  expect(clock.waits).toEqual([75, 150, 300, 7_000, 20_000]);
});

test("an answer that is too slow as a whole, or too large, is an error", async () => {
  const slow = await serve((_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(" "), 10);
    response.on("close", () => clearInterval(timer));
  });
  await expect(take(slow, { limits: { attempts: 1, totalMs: 100 } })).rejects.toThrow("not whole after 100 ms");
  const large = await serve((_, response) => reply(response, 200, batch(1, 1)));
  await expect(take(large, { limits: { mostBytes: 10 } })).rejects.toMatchObject({ code: "INGEST_SOURCE_TOO_LARGE" });
});

test("nobody listens: the connection was refused", async () => {
  await expect(take("http://127.0.0.1:9/data")).rejects.toThrow(/refused|bad port/);
});

test("a batch that comes twice is taken once; three in a row end the source", async () => {
  const given = [1, 1, 2, 2, 2, 3, 1, 2, 3, 9];
  const url = await serve((_, response, count) => reply(response, 200, batch(given[count - 1]!, given[count - 1]!)));
  const { batches, notes } = await take(url);
  expect(pricesOf(batches)).toEqual([1, 2, 3]);
  expect(notes.at(-1)).toContain("3 answers in a row were given before");
});

test("batches of an earlier run are skipped, however many, and the new ones behind them are taken", async () => {
  const url = await serve((_, response, count) => reply(response, 200, count <= 8 ? batch(count, count) : { data: [] }));
  const first = await take(url);
  const known = new Set(first.batches.slice(0, 6).map(({ sha256 }) => sha256));
  const again = await serve((_, response, count) => reply(response, 200, count <= 8 ? batch(count, count) : { data: [] }));
  const second = await take(again, { known: async (sha256) => known.has(sha256) });
  expect(pricesOf(second.batches)).toEqual([7, 8]);
});

test("batches without a number, and of another format, are counted and read", async () => {
  const url = await serve((_, response, count) =>
    count <= 2 ? reply(response, 200, `price\n${count}\n`, { "content-type": "text/csv" }) : response.writeHead(204).end(),
  );
  const { batches } = await take(url);
  expect(batches.map(({ cursor, format }) => [cursor, format])).toEqual([
    ["1", "csv"],
    ["2", "csv"],
  ]);
  const reading = await readBatch(batches[1]!, [{ name: "price", from: ["price"], type: "number", optional: false }]);
  expect(reading.accepted.columns.get("price")).toMatchObject({ values: Float64Array.of(2) });
});

test("credentials are sent, and appear in no identity, note or error", async () => {
  const headers: (string | undefined)[] = [];
  const url = await serve((request, response, count) => {
    headers.push(request.headers.authorization);
    if (count === 1) reply(response, 500, "x");
    else reply(response, 200, count === 2 ? batch(1, 1) : { data: [] });
  });
  const secret = `${url.replace("http://", "http://ana:s3cret@")}?api_key=k3y`;
  const { batches, notes } = await take(secret);
  expect(headers[0]).toBe(`Basic ${Buffer.from("ana:s3cret").toString("base64")}`);
  const failure = await take(secret.replace(/:\d+\//, ":9/")).catch((error: Error) => error);
  const said = JSON.stringify([batches, notes, sourceIdentity(source, secret), failure, String(failure)]);
  expect(said).not.toMatch(/s3cret|k3y|ana/);
  expect(said).toContain("api_key=hidden");
});

test.each([["not a url"], ["ftp://host/x"], ["s3cret@host"]])(
  "the address %j is an error that names the setting only",
  async (address) => {
    const failure = take(address);
    await expect(failure).rejects.toMatchObject({
      code: "INGEST_SOURCE_ADDRESS",
      message: expect.stringContaining("LISTINGS_URL"),
    });
    await expect(failure).rejects.not.toThrow("s3cret");
  },
);

test("an abort ends the waiting at once", async () => {
  const url = await serve(() => undefined);
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("stopped by the user")), 50);
  await expect(take(url, { signal: controller.signal })).rejects.toThrow("stopped by the user");
});

test("over a source with every fault, all rows of a file arrive once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "atalaya-test-"));
  cleanups.push(() => rm(folder, { recursive: true }));
  const file = join(folder, "houses.csv");
  const prices = Array.from({ length: 500 }, (_, row) => row);
  await writeFile(file, `price\n${prices.join("\n")}\n`);
  const rates: ReplayFaults = { failRate: 0.2, truncate: 0.15, duplicate: 0.2, hang: 0.05, delayMs: 1, seed: 11 };
  const server = await startReplayServer({ file, rows: 20, faults: rates });
  cleanups.push(() => server.close());
  const { batches } = await take(server.url, { limits: { attempts: 10, answerMs: 150, idleMs: 150 } });
  expect(pricesOf(batches)).toEqual(prices);
});
