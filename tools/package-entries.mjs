import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Every name under which one of our packages may be imported, with the source behind it, from the `exports` of its
 * package.json: `@atalaya/learn` → packages/learn/src/index.ts.
 *
 * @param {string} root
 * @returns {{ name: string, source: string }[]}
 */
export function packageEntries(root) {
  return readdirSync(join(root, "packages"))
    .sort()
    .flatMap((folder) => {
      const manifest = join(root, "packages", folder, "package.json");
      const { name = `@atalaya/${folder}`, exports = { ".": "./dist/index.js" } } = existsSync(manifest)
        ? JSON.parse(readFileSync(manifest, "utf8"))
        : {};
      return Object.entries(exports).map(([path, target]) => ({
        name: name + path.slice(1),
        source: join("packages", folder, sourceOf(typeof target === "string" ? target : target.default)),
      }));
    });
}

/** @param {string} built */
function sourceOf(built) {
  return built.replace(/^\.\/dist\//, "src/").replace(/\.js$/, ".ts");
}
