// What the cluster's pods keep their state in, on this machine: the product's own PostgreSQL, and moto's S3 server.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { repository } from "../prepare.mjs";
import { pythonEnvironment } from "../python-environment.mjs";
import { whenLeaving } from "./leaving.mjs";
import { eventually } from "./rig.mjs";

/**
 * @typedef {object} Stores
 * @property {string} home  of that PostgreSQL
 * @property {URL} database  with user and password
 * @property {(name: string) => Promise<void>} createDatabase  an empty one on that server: what is in it comes from the image
 * @property {number} objectsPort
 * @property {() => Promise<void>} close
 */

/** This machine as pods see it. */
export const HOST = "10.77.0.1";
/** moto takes any keys; these are given to pods in a Secret like real ones. */
export const keys = { access: "atalaya", secret: "not-a-secret" };

/** @param {string} home  of the PostgreSQL @returns {Promise<Stores>} */
export async function startStores(home) {
  const { openStore, sql } = await import(new URL("../../packages/store/dist/index.js", import.meta.url).href);
  const store = await openStore({ home, databaseUrl: null, s3: null });
  const python = await toolsPython();
  const objectsPort = await freePort();
  const server = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(objectsPort)], { stdio: "ignore" });
  const closed = whenLeaving(() => {
    server.kill("SIGKILL");
    endPostgres(home);
  });
  const close = async () => {
    closed();
    server.kill("SIGKILL");
    await store.close();
    // The store leaves it to the others that have sessions: here these are pods, which go next.
    endPostgres(home);
  };
  try {
    await eventually("moto's S3 server answers", 60, async () => (await fetch(`http://127.0.0.1:${objectsPort}/`)).status < 500);
  } catch (error) {
    await close();
    throw error;
  }
  const createDatabase = async (/** @type {string} */ name) => {
    await sql`create database ${sql.id(name)}`.execute(store.database);
  };
  return { home, database: new URL(store.databaseUrl), createDatabase, objectsPort, close };
}

/** What the store does when it is closed, at once. @param {string} home */
function endPostgres(home) {
  try {
    process.kill(Number(readFileSync(join(home, "postgres/data/postmaster.pid"), "utf8").split("\n")[0]), "SIGINT");
  } catch {
    // It has ended already.
  }
}

/** Interpreter with moto and hadolint. */
export function toolsPython() {
  return pythonEnvironment(join(repository, "tools/kubernetes/requirements.txt"), (line) => process.stderr.write(`${line}\n`));
}

/** @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
