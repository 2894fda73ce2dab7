// What all load scripts share: where the service is, what is sent, and the budgets that a run has to keep.
import { check } from "k6";
import http from "k6/http";

/** Address of the service, without a path. */
export const url = (__ENV.ATALAYA_URL || "http://127.0.0.1:4600").replace(/\/$/, "");
export const pipeline = __ENV.PIPELINE || "house-prices";
export const users = Number(__ENV.USERS || 100);
export const duration = __ENV.DURATION || "10m";
/** Mean pause of a user between two requests, in seconds. */
export const pause = Number(__ENV.PAUSE || 1);

const path = `${url}/v1/pipelines/${pipeline}`;

/** 95 % of the requests of a kind, in milliseconds. */
const budgets = {
  predict: Number(__ENV.PREDICT_MS || 50),
  explain: Number(__ENV.EXPLAIN_MS || 100),
  health: Number(__ENV.HEALTH_MS || 50),
  reload: Number(__ENV.RELOAD_MS || 1000),
};

/** Budgets of these kinds; a run that exceeds one ends with an exit code other than 0. */
export function thresholds(...kinds) {
  const limits = { http_req_failed: ["rate==0"], checks: ["rate==1"] };
  for (const kind of kinds) limits[`http_req_duration{kind:${kind}}`] = [`p(95)<=${budgets[kind]}`];
  return limits;
}

/** A row that the service itself gives as an example. */
export function exampleRow() {
  const answer = http.get(path, { tags: { kind: "setup" } });
  const row = answer.status === 200 ? answer.json("example") : null;
  if (row === null || row === undefined) throw new Error(`${path} gives no example: ${answer.status} ${answer.body}`);
  return row;
}

/** The same with other numbers: no two requests are alike. */
function varied(row) {
  const other = {};
  for (const [name, value] of Object.entries(row)) {
    other[name] = typeof value === "number" && !Number.isInteger(value) ? value * (0.95 + 0.1 * Math.random()) : value;
  }
  return other;
}

function post(kind, address, body) {
  const headers = { "content-type": "application/json" };
  return http.post(address, JSON.stringify(body), { headers, tags: { kind, name: kind } });
}

export function predict(row) {
  const answer = post("predict", `${path}/predict`, varied(row));
  check(answer, { "a prediction": ({ status, body }) => status === 200 && body.includes('"prediction"') });
}

export function explain(row) {
  const answer = post("explain", `${path}/explain`, varied(row));
  check(answer, { "an explanation": ({ status, body }) => status === 200 && body.includes('"explanation"') });
}

export function health() {
  const answer = http.get(`${url}/health`, { tags: { kind: "health", name: "health" } });
  check(answer, { healthy: ({ status }) => status === 200 });
}

/** Loads the version of the alias anew, while others are answered. */
export function reload() {
  const answer = post("reload", `${path}/reload`, {});
  check(answer, { reloaded: ({ status }) => status === 200 });
}

/** Memory of the process in bytes, as it tells itself. */
export function residentBytes() {
  const text = http.get(`${url}/metrics`, { tags: { kind: "metrics", name: "metrics" } }).body;
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
}

/** About as long as a user thinks. */
export function thinking() {
  return pause * (0.5 + Math.random());
}
