import { execFile, execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** @typedef {{ perSecond: number, p50: number, p99: number, cpuMs: number, failed: number }} Load  milliseconds */

export function hasWrk() {
  try {
    // It prints its version and ends with 1.
    execFileSync("wrk", ["--version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code !== "ENOENT";
  }
}

/**
 * The same load for any server: wrk, one thread, bodies in turn.
 *
 * @param {{ url: string, pid: number, bodies: string, connections: number, seconds: number, folder: string }} load
 * @returns {Promise<Load>}
 */
export async function put({ url, pid, bodies, connections, seconds, folder }) {
  const script = join(folder, "load.lua");
  writeFileSync(script, LUA.replace("BODIES", JSON.stringify(bodies)));
  const before = cpuSeconds(pid);
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "20s", "-s", script, url];
  const { stdout } = await run("wrk", args);
  const cpu = cpuSeconds(pid) - before;
  const figures = JSON.parse(/^RESULT (.*)$/m.exec(stdout)?.[1] ?? "null");
  if (figures === null) throw new Error(`wrk gave no result:\n${stdout}`);
  const { requests, us, p50, p99, failed } = figures;
  if (requests === 0) throw new Error(`no request was answered at ${url}`);
  return { perSecond: requests / (us / 1e6), p50, p99, cpuMs: (cpu * 1000) / requests, failed };
}

const LUA = `
local bodies, n, i = {}, 0, 0
for line in io.lines(BODIES) do n = n + 1; bodies[n] = line end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function() i = i % n + 1; return wrk.format(nil, nil, nil, bodies[i]) end
done = function(s, l, r)
  local failed = s.errors.status + s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout
  io.write(string.format('RESULT {"requests":%d,"us":%d,"failed":%d,"p50":%.4f,"p99":%.4f}\\n',
    s.requests, s.duration, failed, l:percentile(50) / 1e3, l:percentile(99) / 1e3))
end
`;

/** CPU of a process with all its threads, in seconds. @param {number} pid */
function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** @param {number} pid */
export function residentBytes(pid) {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}
