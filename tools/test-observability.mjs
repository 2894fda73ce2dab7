// npm run test:observability: alerts and dashboards against real Prometheus, Alertmanager and Atalaya. Takes some minutes.
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { requireNodeVersion } from "./node-version.mjs";
import { dashboards, queriesOf } from "./observability/dashboards.mjs";
import { debianPrograms } from "./observability/debian.mjs";
import { faultsOf } from "./observability/faults.mjs";
import { ask, startMonitoring } from "./observability/monitoring.mjs";
import { listings, startCallers, startService } from "./observability/service.mjs";
import { secondsAllowed } from "./observability/shortened.mjs";
import { prepare, repository } from "./prepare.mjs";
import { runToEnd } from "./subprocess.mjs";

const rulesFile = join(repository, "deploy/observability/rules/atalaya.rules.yaml");
const rules = readFileSync(rulesFile, "utf8");
const counts = { passed: 0, failed: 0 };

requireNodeVersion();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(130));
const packages = { prometheus: ["prometheus", "promtool"], "prometheus-alertmanager": ["prometheus-alertmanager", "amtool"] };
const programs = await debianPrograms(packages, say);
if (programs === null) {
  say("skipped: Debian's packages prometheus and prometheus-alertmanager are neither installed nor to be had with apt-get");
  process.stdout.write("0 passed, 0 failed, 1 skipped\n");
  process.exit(77);
}
await prepare();
await checkFiles(programs);
await watchService(programs);
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;

/** Rules, their unit tests and the example of Alertmanager. @param {Record<string, string>} tools */
async function checkFiles(tools) {
  const folder = join(repository, "deploy/observability");
  /** @type {[string, string, string[]][]} */
  const checks = [
    ["rules are valid", "promtool", ["check", "rules", rulesFile]],
    ["rules pass their unit tests", "promtool", ["test", "rules", join(folder, "rules/atalaya.rules.test.yaml")]],
    ["Alertmanager takes the example", "amtool", ["check-config", join(folder, "alertmanager/alertmanager.example.yaml")]],
  ];
  for (const [name, tool, words] of checks) {
    const { code, output } = await runToEnd(tools[tool] ?? "", words);
    report(code === 0, name, output);
  }
}

/** @param {Record<string, string>} tools */
async function watchService(tools) {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-observability-"));
  // Run as root, PostgreSQL belongs to another account, which has to reach its home.
  chmodSync(folder, 0o755);
  const stops = /** @type {(() => Promise<unknown>)[]} */ ([]);
  try {
    const source = listings(repository, join(folder, "listings"));
    source.add();
    say("starting Atalaya with a model to train, and a replica …");
    const service = await startService({ repository, folder, listings: source });
    stops.push(service.stop);
    const monitoring = await startMonitoring({
      repository,
      folder: join(folder, "monitoring"),
      programs: tools,
      targets: service.targets,
    });
    stops.push(monitoring.stop);
    const callers = startCallers(service, source);
    stops.push(callers.stop);
    const [drift, ...others] = faultsOf(service, source);
    await quiet(monitoring);
    // The panels on drift have something to show after a batch that was compared.
    if (drift !== undefined) await carryOut(drift, monitoring, () => checkPanels(monitoring.url));
    for (const fault of others) await carryOut(fault, monitoring);
  } finally {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A healthy service under load raises nothing. @param {{ delivered: readonly unknown[] }} monitoring */
async function quiet({ delivered }) {
  await wait(15_000);
  report(delivered.length === 0, "a healthy service under load raises no alert", JSON.stringify(delivered));
}

/**
 * @param {import("./observability/faults.mjs").Fault} fault
 * @param {Awaited<ReturnType<typeof startMonitoring>>} monitoring
 * @param {() => Promise<void>} [meanwhile]
 */
async function carryOut({ name, alerts, make, mend }, { delivered }, meanwhile) {
  say(`${name} …`);
  const wanted = Object.entries(alerts);
  const [broken, begin] = [performance.now(), delivered.length];
  await make();
  const fired = await Promise.all(wanted.map(([alert, labels]) => until(delivered, begin, "firing", alert, labels)));
  await meanwhile?.();
  const [mended, middle] = [performance.now(), delivered.length];
  await mend();
  const resolved = await Promise.all(wanted.map(([alert, labels]) => until(delivered, middle, "resolved", alert, labels)));
  for (const [at, [alert]] of wanted.entries()) {
    const [first, last] = [fired[at], resolved[at]];
    const told = (
      /** @type {import("./observability/monitoring.mjs").Delivered | null | undefined} */ found,
      /** @type {number} */ from,
    ) => (found == null ? "never" : `${((found.at - from) / 1_000).toFixed(1)} s later`);
    const line = `${alert}: fired ${told(first, broken)} (${secondsAllowed(rules, alert)} s allowed), resolved ${told(last, mended)}`;
    report(first != null && last != null, line, JSON.stringify(delivered.slice(begin)));
  }
}

/**
 * The first such message after some; null when it does not come in time.
 *
 * @param {readonly import("./observability/monitoring.mjs").Delivered[]} delivered
 * @param {number} after
 * @param {"firing" | "resolved"} status
 * @param {string} alert
 * @param {Record<string, string>} labels
 */
async function until(delivered, after, status, alert, labels) {
  const end = performance.now() + secondsAllowed(rules, alert) * 1_000;
  for (; performance.now() < end; await wait(100)) {
    const found = delivered
      .slice(after)
      .find(
        (each) =>
          each.status === status &&
          each.labels.alertname === alert &&
          Object.entries(labels).every(([label, value]) => each.labels[label] === value) &&
          each.annotations.runbook_url === `docs/runbooks/${alert}.md`,
      );
    if (found !== undefined) return found;
  }
  return null;
}

/** Every panel's query has an answer. @param {string} url */
async function checkPanels(url) {
  const queries = dashboards().flatMap(queriesOf);
  const empty = new Set(queries);
  // The live quality is read twice a minute.
  for (const end = performance.now() + 45_000; empty.size > 0 && performance.now() < end; await wait(1_000)) {
    for (const query of empty) {
      const expr = query.expr.replaceAll("$__rate_interval", "30s").replaceAll("$pipeline", ".*");
      const values = await ask(url, expr);
      if (values.some(({ value }) => Number.isFinite(value))) empty.delete(query);
    }
  }
  const missing = [...empty].map(({ panel, expr }) => `${panel}: ${expr}`).join("\n");
  report(empty.size === 0, `${queries.length} queries of ${dashboards().length} dashboards, none is empty`, missing);
}

/**
 * @param {boolean} isGood
 * @param {string} name
 * @param {string} details  shown when it is not
 */
function report(isGood, name, details) {
  counts[isGood ? "passed" : "failed"]++;
  process.stdout.write(`${isGood ? "ok  " : "FAIL"} ${name}\n`);
  if (!isGood) process.stdout.write(`${details.trim().replace(/^/gm, "     ")}\n`);
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}
