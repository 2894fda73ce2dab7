import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";

/** Folders that never hold a user's own pipelines. */
const skipped = new Set(["node_modules", "dist"]);

/**
 * Files below a folder that match a pattern, as sorted relative paths with `/`.
 *
 * `*` and `?` stay within a name, `**` spans folders, `{a,b}` is either. Hidden folders, `node_modules`, `dist` and linked
 * folders are not entered.
 */
export function findFiles(directory: string, pattern: string): string[] {
  const expression = toExpression(pattern);
  const isDeep = pattern.includes("**");
  const depth = pattern.split("/").length;
  const found: string[] = [];
  const visit = (folder: string, prefix: string, level: number): void => {
    for (const entry of entriesOf(folder)) {
      const path = prefix + entry.name;
      if (entry.isDirectory()) {
        const isEntered = !entry.name.startsWith(".") && !skipped.has(entry.name) && (isDeep || level < depth);
        if (isEntered) visit(join(folder, entry.name), `${path}/`, level + 1);
      } else if (expression.test(path)) {
        found.push(path);
      }
    }
  };
  visit(directory, "", 1);
  return found.sort();
}

/** True for a pattern that is not simply a path. */
export function isPattern(text: string): boolean {
  return /[*?{]/.test(text);
}

/** A folder that cannot be read holds nothing for us. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function toExpression(pattern: string): RegExp {
  const source = pattern.replace(/^\.\//, "").replace(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[^*?{]+|\{/g, (part) => {
    if (part === "**/") return "(?:[^/]+/)*";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.startsWith("{") && part.endsWith("}")) return `(?:${part.slice(1, -1).split(",").map(escaped).join("|")})`;
    return escaped(part);
  });
  return new RegExp(`^${source}$`);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
