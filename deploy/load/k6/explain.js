// 100 users ask for explanations: k6 run -e ATALAYA_URL=http://127.0.0.1:4600 deploy/load/k6/explain.js
import { sleep } from "k6";
import { duration, exampleRow, explain, thinking, thresholds, users } from "./service.js";

export const options = { vus: users, duration, thresholds: thresholds("explain") };

export const setup = exampleRow;

export default function user(row) {
  explain(row);
  sleep(thinking());
}
