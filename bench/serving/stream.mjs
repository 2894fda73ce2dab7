import { once } from "node:events";
import { request } from "node:http";
import { makeHomes } from "./homes.mjs";
import { residentBytes } from "./load.mjs";

const BLOCK_ROWS = 1_000;
const NAMES = /** @type {const} */ (["bed", "bath", "acre_lot", "house_size", "state"]);

/** @typedef {{ perSecond: number, early: number, late: number, peak: number }} Streamed  bytes of resident memory */

/**
 * Sends that many rows in one request, newline-delimited JSON or CSV, reads all answers and counts them.
 *
 * @param {{ url: string, pid: number, rows: number, isCsv: boolean }} stream
 * @returns {Promise<Streamed>} memory of the server: the mean of the second tenth, of the last tenth, and the most
 */
export async function streamRows({ url, pid, rows, isCsv }) {
  const homes = makeHomes(BLOCK_ROWS, 5).map(({ price: _price, ...row }) => row);
  const lines = homes.map((row) => (isCsv ? NAMES.map((name) => row[name] ?? "").join(",") : JSON.stringify(row)));
  const block = Buffer.from(`${lines.join("\n")}\n`);
  const type = isCsv ? "text/csv" : "application/x-ndjson";
  const call = request(`${url}/predict`, { method: "POST", headers: { "content-type": type } });
  const started = performance.now();
  const answered = countLines(call);
  const memory = [];
  if (isCsv) call.write(`${NAMES.join(",")}\n`);
  for (let sent = 0; sent < rows; sent += BLOCK_ROWS) {
    if (!call.write(block)) await once(call, "drain");
    if (sent % (BLOCK_ROWS * 100) === 0) memory.push(residentBytes(pid));
  }
  call.end();
  const count = await answered;
  const seconds = (performance.now() - started) / 1000;
  const expected = rows + (isCsv ? 1 : 0);
  if (count !== expected) throw new Error(`${count} answers to ${expected} lines`);
  const tenth = Math.max(1, Math.floor(memory.length / 10));
  const mean = (/** @type {number[]} */ part) => part.reduce((sum, bytes) => sum + bytes, 0) / part.length;
  return {
    perSecond: rows / seconds,
    early: mean(memory.slice(tenth, 2 * tenth)),
    late: mean(memory.slice(-tenth)),
    peak: memory.reduce((most, bytes) => Math.max(most, bytes), 0),
  };
}

/** @param {import("node:http").ClientRequest} call @returns {Promise<number>} */
async function countLines(call) {
  const [response] = /** @type {[import("node:http").IncomingMessage]} */ (await once(call, "response"));
  if (response.statusCode !== 200) throw new Error(`the stream was answered with ${response.statusCode}`);
  let lines = 0;
  let start = "";
  for await (const chunk of response) {
    const bytes = /** @type {Buffer} */ (chunk);
    if (start.length < 300) start += bytes.toString("latin1", 0, 300);
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  }
  if (start.includes('"problem":{')) throw new Error(`rows of the stream were refused: ${start.slice(0, 300)}`);
  return lines;
}
