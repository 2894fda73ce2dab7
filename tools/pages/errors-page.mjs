import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { placeholderDetails } from "./placeholder.mjs";

/** @typedef {{ status: number, retryable?: boolean, message: (details: any) => string, hint?: (details: any) => string }} Definition */

/**
 * The text of docs/errors.md: every code of every package that is built, with its status, message and cure.
 *
 * @param {string} root
 */
export async function errorsPage(root) {
  const folders = readdirSync(join(root, "packages")).sort();
  for (const file of folders.flatMap((name) => catalogues(join(root, "packages", name, "dist")))) {
    await import(pathToFileURL(file).href);
  }
  const catalogueModule = pathToFileURL(join(root, "packages/errors/dist/index.js")).href;
  /** @type {{ errorCatalogue: Map<string, Definition> }} */
  const { errorCatalogue } = await import(catalogueModule);
  const codes = [...errorCatalogue].sort(([left], [right]) => (left < right ? -1 : 1));
  return [
    "# Errors",
    "",
    "Every error carries a stable code. `<name>` stands for a detail of the moment. The status is that of the HTTP answer;",
    '"again" means that the same call may succeed later without any change.',
    "",
    ...codes.flatMap(([code, definition], position) => {
      const before = codes[position - 1]?.[0];
      const chapter =
        prefixOf(code) === (before === undefined ? undefined : prefixOf(before)) ? [] : [`## ${prefixOf(code)}`, ""];
      return [...chapter, ...section(code, definition)];
    }),
  ].join("\n");
}

/**
 * `STORE_DISK_FULL` is of the package store.
 *
 * @param {string} code
 */
function prefixOf(code) {
  return code.slice(0, code.indexOf("_")).toLowerCase();
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function catalogues(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /(^|[/\\-])errors\.js$/.test(file))
    .sort()
    .map((file) => join(folder, file));
}

/**
 * @param {string} code
 * @param {Definition} definition
 */
function section(code, definition) {
  const again = definition.retryable ? ", again" : "";
  const lines = [`### ${code}`, "", `Status ${definition.status}${again}. ${asText(definition.message)}`, ""];
  if (definition.hint !== undefined) lines.push(`Cure: ${asText(definition.hint)}`, "");
  return lines;
}

/** @param {(details: any) => string} make */
function asText(make) {
  let text;
  try {
    text = String(make(placeholderDetails())).replaceAll("NaN", "<number>");
  } catch {
    text = "(The text depends on the details.)";
  }
  return text.replaceAll(/`[^`]*`|<[^<>]*>/g, (part) => (part.startsWith("`") ? part : `\`${part}\``)).replaceAll("\n", " ");
}
