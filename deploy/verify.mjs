// deploy/verify [--namespace NAME] [--release NAME]: the whole path of an installation, asked through the API server with
// kubectl (KUBECTL, or that of PATH). Prints a table; ends with 1 where a check fails.
import { execFileSync, spawn } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { namespace: { type: "string", default: "atalaya" }, release: { type: "string", default: "atalaya" } },
});
const { namespace, release } = values;
const tool = process.env.KUBECTL ?? "kubectl";
const selector = `app.kubernetes.io/instance=${release}`;

/** @typedef {{ check: string, ok: boolean, found: string }} Finding */

/** @param {readonly string[]} words @param {string} [input] */
function kubectl(words, input) {
  const options = { encoding: /** @type {const} */ ("utf8"), input: input ?? "", maxBuffer: 64 * 1024 * 1024, timeout: 60_000 };
  return execFileSync(tool, ["--namespace", namespace, ...words], { ...options, stdio: "pipe" });
}

/** @param {string} kind @returns {any[]} */
function list(kind) {
  return JSON.parse(kubectl(["get", kind, "--selector", selector, "--output", "json"])).items;
}

/** Path of a Service behind the API server. @param {string} service @param {string} path */
function proxied(service, path) {
  return `/api/v1/namespaces/${namespace}/services/${service}:http/proxy${path}`;
}

/** @param {string} service @param {string} path */
function get(service, path) {
  return kubectl(["get", "--raw", proxied(service, path)]);
}

/**
 * The API server's proxy passes on what is asked for, and kubectl has no word for the type of a body: so through a forwarded port.
 *
 * @param {string} service
 * @param {string} path
 * @param {unknown} body
 */
async function post(service, path, body) {
  const forward = spawn(tool, ["--namespace", namespace, "port-forward", `service/${service}`, ":http"], { stdio: "pipe" });
  try {
    const port = await new Promise((resolve, reject) => {
      forward.stdout.on("data", (text) => {
        const found = /127\.0\.0\.1:(\d+)/.exec(String(text))?.[1];
        if (found !== undefined) resolve(found);
      });
      forward.on("close", () => reject(new Error("the port of the service could not be forwarded")));
    });
    const headers = { "content-type": "application/json" };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await response.text();
    expect(response.ok, `${response.status} ${text}`);
    return text;
  } finally {
    forward.kill();
  }
}

/** @param {string} check @param {() => string | Promise<string>} look @returns {Promise<Finding>} */
async function checked(check, look) {
  try {
    return { check, ok: true, found: await look() };
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    const text = said.trim() || (error instanceof Error ? error.message : String(error));
    return { check, ok: false, found: text.split("\n").at(-1) ?? "" };
  }
}

/** @param {unknown} condition @param {string} otherwise */
function expect(condition, otherwise) {
  if (!condition) throw new Error(otherwise);
}

function checkPods() {
  const pods = list("pods").filter(({ status }) => status.phase !== "Succeeded");
  expect(pods.length > 0, `no pod of the release ${release} is in namespace ${namespace}`);
  const waiting = pods.filter(
    ({ status }) => !status.conditions?.some((/** @type {any} */ each) => each.type === "Ready" && each.status === "True"),
  );
  expect(waiting.length === 0, `not ready: ${waiting.map(({ metadata }) => metadata.name).join(", ")}`);
  return `${pods.length} ready`;
}

function checkSecurity() {
  const pods = list("pods");
  const open = pods.flatMap(({ metadata, spec }) =>
    [...spec.containers, ...(spec.initContainers ?? [])]
      .filter(
        ({ securityContext }) =>
          securityContext?.readOnlyRootFilesystem !== true || securityContext?.allowPrivilegeEscalation !== false,
      )
      .map(({ name }) => `${metadata.name}/${name}`),
  );
  expect(open.length === 0, `may write to its root or rise: ${open.join(", ")}`);
  return `${pods.length} pods with read-only roots, no privilege`;
}

/** @param {string} service */
function checkServer(service) {
  const health = JSON.parse(get(service, "/health"));
  expect(health.status === "ok", JSON.stringify(health));
  return `${health.status}, up ${health.uptimeSeconds} s`;
}

/** @param {string} service */
function checkConsole(service) {
  const page = get(service, "/");
  expect(/<html/i.test(page), "GET / is no page");
  return `${page.length} characters`;
}

/** @param {string} service */
function checkMlflow(service) {
  const { registered_models: models = [] } = JSON.parse(get(service, "/api/2.0/mlflow/registered-models/search?max_results=100"));
  return models.map((/** @type {any} */ { name }) => name).join(", ") || "no model yet";
}

/** @param {string} service @param {string} pipeline */
function checkReady(service, pipeline) {
  const { pipelines } = JSON.parse(get(service, "/ready"));
  const state = pipelines.find((/** @type {any} */ { name }) => name === pipeline);
  expect(state?.ready === true, JSON.stringify(state?.problem ?? state));
  return `version ${state.version}, model ${String(state.model).slice(0, 12)}`;
}

/** The row that the model itself gives as an example. @param {string} service @param {string} pipeline */
async function checkPrediction(service, pipeline) {
  const { example } = JSON.parse(get(service, `/v1/pipelines/${pipeline}`));
  expect(example !== null && example !== undefined, "the service has no example");
  return (await post(service, `/v1/pipelines/${pipeline}/predict`, example)).slice(0, 90);
}

/** @param {string} service */
function checkMetrics(service) {
  const text = get(service, "/metrics");
  const missing = ["predict_requests_total", "predict_latency_seconds", "model_loaded"].filter((name) => !text.includes(name));
  expect(missing.length === 0, `missing: ${missing.join(", ")}`);
  return `${text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length} series`;
}

const services = list("services");
const ofComponent = (/** @type {string} */ component) =>
  services.filter(({ metadata }) => metadata.labels["app.kubernetes.io/component"] === component);
const findings = [await checked("pods", checkPods), await checked("pod security", checkSecurity)];
for (const { metadata } of ofComponent("server")) {
  findings.push(await checked("server", () => checkServer(metadata.name)));
  findings.push(await checked("console", () => checkConsole(metadata.name)));
  findings.push(await checked("MLflow protocol", () => checkMlflow(metadata.name)));
}
for (const { metadata } of ofComponent("serve")) {
  const pipeline = metadata.labels["atalaya.dev/pipeline"];
  findings.push(await checked(`${pipeline}: model`, () => checkReady(metadata.name, pipeline)));
  findings.push(await checked(`${pipeline}: prediction`, () => checkPrediction(metadata.name, pipeline)));
  findings.push(await checked(`${pipeline}: metrics`, () => checkMetrics(metadata.name)));
}
const width = Math.max(...findings.map(({ check }) => check.length));
for (const { check, ok, found } of findings) process.stdout.write(`${check.padEnd(width)}  ${ok ? "ok  " : "FAIL"}  ${found}\n`);
process.exitCode = findings.every(({ ok }) => ok) ? 0 : 1;
