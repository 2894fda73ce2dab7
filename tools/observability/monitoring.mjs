import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../mlflow/environment.mjs";
import { shortenedAlertmanager, shortenedRules } from "./shortened.mjs";

/** @typedef {{ status: "firing" | "resolved", labels: Record<string, string>, annotations: Record<string, string>, at: number }} Delivered */

/**
 * Prometheus that scrapes the given processes each second, Alertmanager as the example has it, and the webhook that it sends to.
 *
 * @param {{ repository: string, folder: string, programs: Record<string, string>, targets: Record<string, string> }} options
 *   `targets`: addresses by the name of the scrape job
 */
export async function startMonitoring({ repository, folder, programs, targets }) {
  const [prometheusPort, managerPort] = [await freePort(), await freePort()];
  const webhook = await startWebhook();
  const read = (/** @type {string} */ path) => readFileSync(join(repository, "deploy/observability", path), "utf8");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "rules.yaml"), shortenedRules(read("rules/atalaya.rules.yaml")));
  writeFileSync(
    join(folder, "alertmanager.yaml"),
    shortenedAlertmanager(read("alertmanager/alertmanager.example.yaml"), webhook.url),
  );
  writeFileSync(join(folder, "prometheus.yaml"), prometheusConfiguration(targets, managerPort));
  const manager = start(programs["prometheus-alertmanager"], [
    `--config.file=${join(folder, "alertmanager.yaml")}`,
    `--storage.path=${join(folder, "alertmanager")}`,
    `--web.listen-address=127.0.0.1:${managerPort}`,
    "--cluster.listen-address=",
  ]);
  const prometheus = start(programs.prometheus, [
    `--config.file=${join(folder, "prometheus.yaml")}`,
    `--storage.tsdb.path=${join(folder, "prometheus")}`,
    `--web.listen-address=127.0.0.1:${prometheusPort}`,
  ]);
  const url = `http://127.0.0.1:${prometheusPort}`;
  await untilReady(`${url}/-/ready`, prometheus);
  await untilReady(`http://127.0.0.1:${managerPort}/-/ready`, manager);
  return {
    url,
    delivered: webhook.delivered,
    async stop() {
      for (const child of [prometheus, manager]) child.kill("SIGKILL");
      await webhook.close();
    },
  };
}

/**
 * @param {Record<string, string>} targets
 * @param {number} managerPort
 */
function prometheusConfiguration(targets, managerPort) {
  const jobs = Object.entries(targets).map(([job, address]) => ({ job_name: job, static_configs: [{ targets: [address] }] }));
  // JSON is YAML.
  return JSON.stringify({
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: ["rules.yaml"],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${managerPort}`] }] }] },
    scrape_configs: jobs,
  });
}

/** Keeps what Alertmanager sends, in the order in which it came. */
async function startWebhook() {
  const delivered = /** @type {Delivered[]} */ ([]);
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const at = performance.now();
      for (const { status, labels, annotations } of JSON.parse(text).alerts) delivered.push({ status, labels, annotations, at });
      response.end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/alerts`,
    delivered,
    close: () => new Promise((resolve) => server.close(() => resolve(undefined))),
  };
}

/**
 * @param {string | undefined} program
 * @param {readonly string[]} words
 */
function start(program, words) {
  const child = spawn(program ?? "", words, { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    log = (log + text).slice(-4_000);
  });
  process.once("exit", () => child.kill("SIGKILL"));
  return Object.assign(child, { log: () => log });
}

/**
 * @param {string} url
 * @param {ReturnType<typeof start>} child
 */
async function untilReady(url, child) {
  for (const end = performance.now() + 30_000; performance.now() < end; await wait(100)) {
    if (child.exitCode !== null) break;
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
  }
  throw new Error(`${url} does not answer:\n${child.log()}`);
}

/**
 * Values of a query now.
 *
 * @param {string} url
 * @param {string} query
 * @returns {Promise<{ metric: Record<string, string>, value: number }[]>}
 */
export async function ask(url, query) {
  const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`);
  /** @type {{ status: string, error?: string, data: { resultType: string, result: unknown } }} */
  const { status, error, data } = JSON.parse(await answer.text());
  if (status !== "success") throw new Error(`${query}: ${error}`);
  const result = /** @type {{ metric: Record<string, string>, value: [number, string] }[]} */ (data.result);
  return result.map(({ metric, value: [, text] }) => ({ metric, value: Number(text) }));
}
