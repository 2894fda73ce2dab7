// 100 probes a second and more: k6 run -e ATALAYA_URL=http://127.0.0.1:4600 deploy/load/k6/health.js
import { sleep } from "k6";
import { duration, health, thinking, thresholds, users } from "./service.js";

export const options = { vus: users, duration, thresholds: thresholds("health") };

export default function probe() {
  health();
  sleep(thinking());
}
