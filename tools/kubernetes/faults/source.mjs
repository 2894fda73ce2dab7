import { createServer } from "node:http";

/** The first batch comes at once; what comes after it, and what a step waits for, is held until it is let go. */
const BATCHES = 5;
const BATCH_ROWS = 200;
/** A step asks again after so long. */
const HELD_MS = 10_000;

/**
 * A source of data whose answers can be held: a fault then comes in the middle of a step, however slow the machine is.
 *
 * @typedef {object} Source
 * @property {number} port
 * @property {(pipeline: string, what: "ingest" | "dwell") => void} hold
 * @property {(pipeline: string, what: "ingest" | "dwell") => void} letGo
 * @property {() => Promise<void>} close
 */

/** @returns {Promise<Source>} */
export async function startSource() {
  /** @type {Set<string>} */
  const held = new Set();
  /** @type {Set<() => void>} */
  const waiting = new Set();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://source");
    const pipeline = url.searchParams.get("pipeline") ?? "";
    const batch = Number(url.searchParams.get("batch"));
    const isData = url.pathname === "/data";
    const gate = isData ? `${pipeline}/ingest` : `${pipeline}/dwell`;
    const began = Date.now();
    const answer = () => {
      const isHeld = held.has(gate) && !(isData && batch <= 1);
      if (isHeld && (isData || Date.now() - began < HELD_MS)) return;
      waiting.delete(answer);
      const body = isData ? { batch_number: batch, data: batch <= BATCHES ? rowsOf(batch) : [] } : { isHeld };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    waiting.add(answer);
    response.on("close", () => waiting.delete(answer));
    answer();
  });
  const timer = setInterval(() => tellAll(waiting), 1_000);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    hold: (pipeline, what) => held.add(`${pipeline}/${what}`),
    letGo: (pipeline, what) => {
      held.delete(`${pipeline}/${what}`);
      tellAll(waiting);
    },
    close: () => {
      clearInterval(timer);
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

/** @param {Set<() => void>} waiting */
function tellAll(waiting) {
  for (const answer of [...waiting]) answer();
}

/** Some rows are refused, the others are easy to learn. @param {number} batch */
function rowsOf(batch) {
  return Array.from({ length: BATCH_ROWS }, (_, place) => {
    const row = (batch - 1) * BATCH_ROWS + place;
    const size = 20 + ((row * 37) % 180);
    const rooms = 1 + ((row * 7) % 6);
    const price = row % 97 === 0 ? 0 : size * 3_000 + rooms * 11_000 + ((row * 101) % 997);
    return { price, size, rooms, city: ["Elx", "Girona", "Teruel"][row % 3] };
  });
}
