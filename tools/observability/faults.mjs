import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runNode } from "../subprocess.mjs";
import { PIPELINE } from "./service.mjs";

/**
 * A real fault: how it is made, how it is mended, and the alerts that have to come of it.
 *
 * @typedef {{ name: string, alerts: Record<string, Record<string, string>>, make: () => Promise<unknown> | unknown, mend: () => Promise<unknown> | unknown }} Fault
 */

/**
 * @param {Awaited<ReturnType<typeof import("./service.mjs").startService>>} service
 * @param {ReturnType<typeof import("./service.mjs").listings>} listings
 * @returns {Fault[]}
 */
export function faultsOf(service, listings) {
  const pipeline = { pipeline: PIPELINE };
  return [
    {
      name: "a batch of houses that are three times as large, then one as before",
      alerts: { AtalayaDrift: pipeline },
      make: () => listings.add({ grown: true }),
      mend: () => listings.add(),
    },
    {
      name: "the alias taken from the model, then given back",
      alerts: { AtalayaModelNotLoaded: pipeline, AtalayaErrors: { job: "atalaya" } },
      make: () => alias(service, "DELETE", {}),
      mend: () => alias(service, "POST", { version: "1" }),
    },
    {
      name: "a replica killed, then started again",
      alerts: { AtalayaDown: { job: "atalaya-serve" } },
      make: () => service.killReplica(),
      mend: () => service.restartReplica(),
    },
    {
      name: "PostgreSQL stopped in its tracks, then going on",
      alerts: { AtalayaDatabaseDown: { job: "atalaya" } },
      make: () => signalPostgres(service.home, "SIGSTOP"),
      mend: () => signalPostgres(service.home, "SIGCONT"),
    },
    {
      name: "a run whose source is not there, then one that is done",
      alerts: { AtalayaRunFailed: pipeline },
      make: () => run(service, { OBSERVED_LISTINGS: join(service.home, "nowhere") }),
      mend: () => run(service, {}),
    },
  ];
}

/**
 * By the protocol of MLflow, as any client does it.
 *
 * @param {{ up: string }} service
 * @param {"POST" | "DELETE"} method
 * @param {object} rest
 */
async function alias({ up }, method, rest) {
  const answer = await fetch(`${up}/api/2.0/mlflow/registered-models/alias`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: PIPELINE, alias: "production", ...rest }),
  });
  if (!answer.ok) throw new Error(`${method} of the alias: ${answer.status} ${await answer.text()}`);
}

/**
 * @param {{ main: string, project: string, env: NodeJS.ProcessEnv }} service
 * @param {Record<string, string>} other
 */
async function run({ main, project, env }, other) {
  await runNode([main, "run", PIPELINE, "--only", "ingestion", "--project", project], {
    env: { ...env, ...other },
    timeoutMs: 120_000,
  });
}

/**
 * To the server and all of its sessions.
 *
 * @param {string} home
 * @param {"SIGSTOP" | "SIGCONT"} signal
 */
function signalPostgres(home, signal) {
  const file = readdirSync(home, { recursive: true, encoding: "utf8" }).find((path) => path.endsWith("postmaster.pid"));
  const server = Number(readFileSync(join(home, file ?? "postmaster.pid"), "utf8").split("\n", 1)[0]);
  const sessions = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === server);
  for (const each of [server, ...sessions.map(Number)]) process.kill(each, signal);
}

/** @param {string} id */
function parentOf(id) {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1]);
  } catch {
    // It has ended meanwhile.
    return -1;
  }
}
