import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { eventually } from "../rig.mjs";

/**
 * Stops the PostgreSQL of a home with all of its sessions, and starts it again on the same port after a while.
 *
 * @param {string} home
 * @param {number} awayMs
 */
export async function restartPostgres(home, awayMs) {
  const data = join(home, "postgres/data");
  const file = join(data, "postmaster.pid");
  const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
  const [program = "", ...words] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  const { uid, gid } = statSync(data);
  process.kill(pid, "SIGINT");
  await eventually("PostgreSQL has stopped", 30, async () => !existsSync(file));
  await wait(awayMs);
  const env = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
  spawn(program, words, { cwd: data, uid, gid, env, detached: true, stdio: "ignore" }).unref();
  await eventually("PostgreSQL is ready", 30, async () => readFileSync(file, "utf8").split("\n")[7]?.startsWith("ready"));
}
