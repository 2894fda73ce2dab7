import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository, run, start, until } from "../command.js";
import { homesCsv, placesCsv, wideCsv } from "./hostile-rows.js";

const project = join(repository, "e2e/console/project");
const TRAINED = 600_000;

/** Trains on the real samples and serves them, once for all journeys. Two versions of `small-homes` come before. */
// biome-ignore lint/style/noDefaultExport: vitest calls the default export
export default async function setUp(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-console-"));
  const home = join(folder, "home");
  const rows = join(folder, "homes");
  const [wide, places, hold] = [join(folder, "wide.csv"), join(folder, "places.csv"), join(folder, "hold")];
  writeFileSync(wide, wideCsv());
  writeFileSync(places, placesCsv());
  process.env["HOLD"] = hold;
  const env = { HOMES: rows, WIDE: wide, PLACES: places, HOLD: hold };
  writeRows(folder, "homes", "1.csv", 400, 1);
  await run(["run", "small-homes", "--project", project], { home, env });
  writeRows(folder, "homes", "2.csv", 300, 2);
  await run(["run", "small-homes", "--project", project], { home, env });
  const up = start(["up", "--project", project, "--port", "0"], { home, env });
  const url = await until(up, 60_000, () => Promise.resolve(/http:\/\/127\.0\.0\.1:\d+/.exec(up.output())?.[0] ?? null));
  process.env["CONSOLE_URL"] = url;
  await until(up, TRAINED, () => Promise.resolve(up.output().includes("Ctrl-C stops everything.") ? true : null));
  return async () => {
    up.child.kill("SIGTERM");
    await up.finished;
    rmSync(folder, { recursive: true, force: true });
  };
}

function writeRows(folder: string, name: string, file: string, count: number, seed: number): void {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, file), homesCsv(count, seed));
}
