// node fan-out.mjs JOBS RUN: launches so many steps at once on the cluster of KUBECONFIG and prints what that took, as JSON.
import { openJobLauncher } from "../../packages/kubernetes/dist/index.js";
import { readSettings } from "../../packages/settings/dist/index.js";

const [jobs = "10", run = "bench"] = process.argv.slice(2);
const { kubernetes } = readSettings();
const launcher = openJobLauncher(kubernetes, { installation: "bench" });
const signal = new AbortController().signal;
const quiet = { line: () => {}, lastLine: () => {}, note: () => {}, place: () => {}, signal };

globalThis.gc?.();
const before = process.memoryUsage().rss;
const cpuBefore = process.cpuUsage();
const started = performance.now();
let most = before;
const looking = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss);
}, 100);
const ends = await Promise.all(
  Array.from({ length: Number(jobs) }, (_, number) =>
    launcher.launch(
      {
        key: { run, step: `step ${number}`, attempt: 1 },
        pipeline: "bench",
        placement: { executor: "kubernetes", cpu: "10m", memory: "16Mi", scratch: "64Mi" },
        memoryFactor: 1,
        fanOut: null,
        logAfter: null,
      },
      quiet,
    ),
  ),
);
clearInterval(looking);
const { user, system } = process.cpuUsage(cpuBefore);
const answer = {
  seconds: (performance.now() - started) / 1_000,
  cpuSeconds: (user + system) / 1e6,
  megabytes: (most - before) / 1e6,
  requests: launcher.requests.others,
  failures: ends.flatMap(({ failure }) => failure?.message ?? []),
};
process.stdout.write(`${JSON.stringify(answer)}\n`);
await launcher.close();
process.exit(0);
