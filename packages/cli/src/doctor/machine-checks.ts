import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Settings } from "@atalaya/settings";
import { formatBytes } from "../terminal/format.js";
import { type Check, type Look, saw } from "./check.js";

/** What package.json asks for under `engines`. */
const leastNode = { major: 20, minor: 20 } as const;
/** PostgreSQL and a few models fit in it; without it the database stops writing. */
const leastDiskBytes = 1_000_000_000;

/** Node, home, disk and port: what must be right before anything is started. */
export function machineChecks(settings: Settings): Check[] {
  const { home, host, port } = settings;
  return [
    { name: "Node", look: () => checkNode(process.versions.node), cure: "Install Node 20.20 or newer: https://nodejs.org" },
    {
      name: "home",
      look: () => checkWritable(home),
      cure: "Make the folder writable for this user, or set ATALAYA_HOME to another one.",
    },
    { name: "disk", look: () => checkDisk(home), cure: "Free some space, or set ATALAYA_HOME to a larger disk." },
    {
      name: "port",
      look: () => checkPort(host, port),
      cure: "Stop the program that has it (perhaps another `atalaya up`), or set ATALAYA_PORT.",
    },
  ];
}

/** @throws when it is too old */
export function checkNode(version: string): Look<null> {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < leastNode.major || (major === leastNode.major && minor < leastNode.minor)) {
    throw new Error(`${version} is older than ${leastNode.major}.${leastNode.minor}`);
  }
  return saw(version);
}

function checkWritable(home: string): Look<null> {
  mkdirSync(home, { recursive: true });
  const probe = join(home, `doctor-${process.pid}`);
  writeFileSync(probe, "");
  rmSync(probe);
  return saw(`${home} is writable`);
}

function checkDisk(home: string): Look<null> {
  const { bavail, bsize } = statfsSync(home);
  const free = bavail * bsize;
  if (free < leastDiskBytes) throw new Error(`${formatBytes(free)} free, ${formatBytes(leastDiskBytes)} are needed`);
  return saw(`${formatBytes(free)} free`);
}

/** @throws when something listens there already, or the address is not one of this machine */
export function checkPort(host: string, port: number): Promise<Look<null>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new Error(`${host}:${port} is taken`) : error);
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(saw(`${host}:${port} is free`))));
  });
}
