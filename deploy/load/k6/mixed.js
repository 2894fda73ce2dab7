// 100 users, most of them for predictions, while the model is loaded anew every five seconds:
// k6 run -e ATALAYA_URL=http://127.0.0.1:4600 deploy/load/k6/mixed.js
import { sleep } from "k6";
import * as service from "./service.js";

const { duration, users } = service;
const share = (part) => Math.max(1, Math.round(users * part));

export const options = {
  scenarios: {
    predict: { executor: "constant-vus", vus: share(0.75), duration, exec: "predict" },
    explain: { executor: "constant-vus", vus: share(0.2), duration, exec: "explain" },
    health: { executor: "constant-vus", vus: share(0.05), duration, exec: "health" },
    reload: { executor: "constant-arrival-rate", rate: 1, timeUnit: "5s", preAllocatedVUs: 2, duration, exec: "reload" },
  },
  thresholds: service.thresholds("predict", "explain", "health", "reload"),
};

export const setup = service.exampleRow;

export function predict(row) {
  service.predict(row);
  sleep(service.thinking());
}

export function explain(row) {
  service.explain(row);
  sleep(service.thinking());
}

export function health() {
  service.health();
  sleep(service.thinking());
}

export function reload() {
  service.reload();
}
