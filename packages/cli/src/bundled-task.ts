import { statSync } from "node:fs";

/** Packages whose code is in the bundle. */
const PARTS = ["errors", "learn", "define", "settings", "store", "registry", "ingest", "run", "cli"];

/**
 * The address of what `npm run build` made of `task-line.js` and everything that it loads; null: there is none, or something of
 * it was compiled since.
 */
export function bundledTask(): string | null {
  const bundle = new URL("./bundle/task-line.js", import.meta.url);
  const made = madeAt(bundle);
  if (made === null) return null;
  const stamps = PARTS.map((part) => madeAt(new URL(`../../${part}/dist/.tsbuildinfo`, import.meta.url)));
  return stamps.every((at) => at === null || at <= made) ? bundle.href : null;
}

function madeAt(file: URL): number | null {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
