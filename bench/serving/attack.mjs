// node bench/serving/attack.mjs URL: attacks a prediction server in every way at once until it is killed.
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const { hostname, port } = new URL(process.argv[2] ?? "");

/** @param {string} more */
const head = (more) => `POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${more}\r\n\r\n`;
/** @param {string} body */
const whole = (body) => head(`content-length: ${Buffer.byteLength(body)}\r\nconnection: close`) + body;

const BOMB = whole("[".repeat(4_000_000));
const WIDE = whole(`[${"[],".repeat(1_000_000)}[]]`);
const COLUMNS = whole(`{${Array.from({ length: 10_000 }, (_, at) => `"column ${at}":${at}`).join(",")}}`);
const CHUNK = `10000\r\n${" ".repeat(65_536)}\r\n`;

/** @typedef {(socket: import("node:net").Socket) => void} Attack */
/**
 * Connections at a time, and how long each kind waits between two: the large ones less often, as what makes them takes the
 * same processors as what they attack.
 *
 * @type {readonly { count: number, attack: Attack, pauseMs?: number }[]}
 */
const attacks = [
  { count: 200, attack: slowly },
  { count: 50, attack: (socket) => socket.write("POST /predict HTTP/1.1\r\nhost: x\r\n") },
  { count: 20, attack: (socket) => socket.end(`${head("content-length: 1000")}{"bed"`) },
  { count: 4, attack: (socket) => socket.write(head("content-length: 1073741824")) },
  { count: 2, attack: endlessly, pauseMs: 1_000 },
  { count: 2, attack: (socket) => socket.write(BOMB), pauseMs: 500 },
  { count: 2, attack: (socket) => socket.write(WIDE), pauseMs: 500 },
  { count: 4, attack: (socket) => socket.write(COLUMNS) },
];

for (const { count, attack, pauseMs = 100 } of attacks) {
  for (let one = 0; one < count; one++) void again(attack, pauseMs);
}

/** Each connection is followed by another. @param {Attack} attack @param {number} pauseMs */
async function again(attack, pauseMs) {
  for (;;) {
    const least = sleep(pauseMs);
    await /** @type {Promise<void>} */ (
      new Promise((done) => {
        const socket = connect(Number(port), hostname, () => attack(socket));
        socket.resume();
        socket.on("error", () => undefined);
        socket.on("close", () => done());
      })
    );
    await least;
  }
}

/** @param {import("node:net").Socket} socket */
function slowly(socket) {
  socket.write(head("content-length: 100000"));
  const timer = setInterval(() => socket.write(" "), 100);
  socket.once("close", () => clearInterval(timer));
}

/** @param {import("node:net").Socket} socket */
function endlessly(socket) {
  socket.write(head("transfer-encoding: chunked"));
  const pour = () => {
    while (!socket.destroyed && socket.write(CHUNK));
  };
  socket.on("drain", pour);
  pour();
}
