// 100 users ask for predictions: k6 run -e ATALAYA_URL=http://127.0.0.1:4600 deploy/load/k6/predict.js
import { sleep } from "k6";
import { duration, exampleRow, predict, thinking, thresholds, users } from "./service.js";

export const options = { vus: users, duration, thresholds: thresholds("predict") };

export const setup = exampleRow;

export default function user(row) {
  predict(row);
  sleep(thinking());
}
