import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("..", import.meta.url));

/** A copy of our configuration with planted sources, to show that a check fails where it must. */
export interface PlantedTree {
  readonly root: string;
  remove(): void;
}

/** Lays `files` (path → text) in a fresh folder, beside our configuration and with our node_modules. */
export function plantTree(files: Readonly<Record<string, string>>): PlantedTree {
  const root = mkdtempSync(join(tmpdir(), "atalaya-planted-"));
  for (const file of ["biome.json", "knip.json", "tsconfig.base.json", "tools/checks/oxlint.json"]) {
    cpSync(join(repository, file), join(root, file), { recursive: true });
  }
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
