// The mixed load for an hour, with the process's memory, and a report as a page of HTML beside the summary as JSON:
// k6 run -e ATALAYA_URL=http://127.0.0.1:4600 -e DURATION=1h -e REPORT=soak deploy/load/k6/soak.js
import { Trend } from "k6/metrics";
import * as mixed from "./mixed.js";
import { reportPage } from "./report.js";
import { duration, residentBytes } from "./service.js";

const memory = new Trend("resident_megabytes");
const mostMegabytes = Number(__ENV.MOST_MEGABYTES || 600);

export const options = {
  scenarios: {
    ...mixed.options.scenarios,
    memory: { executor: "constant-arrival-rate", rate: 1, timeUnit: "5s", preAllocatedVUs: 2, duration, exec: "watchMemory" },
  },
  thresholds: { ...mixed.options.thresholds, resident_megabytes: [`max<=${mostMegabytes}`] },
};

export { explain, health, predict, reload, setup } from "./mixed.js";

export function watchMemory() {
  memory.add(residentBytes() / 1e6);
}

export function handleSummary(data) {
  const name = __ENV.REPORT || "soak";
  return { [`${name}.html`]: reportPage(data), [`${name}.json`]: JSON.stringify(data), stdout: `report in ${name}.html\n` };
}
