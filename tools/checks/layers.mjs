import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cruise } from "dependency-cruiser";
import { mayImport, rules, tests } from "../layers.mjs";
import { packageEntries } from "../package-entries.mjs";
import { sourceFiles } from "../source-files.mjs";

/**
 * Who imports whom, against the rules of tools/layers.mjs. Reads TypeScript with swc, because dependency-cruiser 17
 * cannot use TypeScript 7, which has no JavaScript API.
 *
 * @param {string} root
 * @returns {Promise<import("../check.mjs").Findings>}
 */
export async function checkLayers(root) {
  // Files, not folders with an exclusion: what is excluded is no target of a rule either, and libraries lie in dist/ too.
  const { output } = await cruise(
    sourceFiles(root, ["packages", "applications"]).filter((file) => !file.endsWith(".tsx")),
    {
      // What swc cannot read here, the check of pages below reads.
      exclude: { path: "\\.tsx$" },
      baseDir: root,
      parser: "swc",
      ruleSet: { forbidden: [...rules, noDeepImports(root)] },
      validate: true,
      doNotFollow: { path: "(^|/)(node_modules|dist)/" },
    },
    {
      extensionAlias: { ".js": [".ts", ".js"] },
      extensions: [".ts", ".js"],
      conditionNames: ["import", "node"],
      exportsFields: ["exports"],
      alias: sources(root),
    },
  );
  if (typeof output === "string") throw new Error("dependency-cruiser gave a report instead of a result.");
  const comments = new Map([...rules, noDeepImports(root)].map((rule) => [rule.name, rule.comment]));
  const problems = output.summary.violations.map(
    ({ from, to, rule, cycle }) =>
      `${from} → ${cycle ? cycle.map((step) => step.name).join(" → ") : to}: ${comments.get(rule.name)} (${rule.name})`,
  );
  problems.push(...undeclaredPackages(root), ...typeImports(root, output.modules), ...pages(root));
  return { problems, notes: [`${output.summary.totalCruised} modules`] };
}

/**
 * Our packages resolve to their sources, so the check needs no build.
 *
 * @param {string} root
 */
function sources(root) {
  return packageEntries(root).map(({ name, source }) => ({ name, alias: join(root, source), onlyModule: true }));
}

/**
 * @param {string} root
 * @returns {import("dependency-cruiser").IForbiddenRuleType}
 */
function noDeepImports(root) {
  const entries = packageEntries(root).map(({ source }) => source.replaceAll(".", "\\."));
  return {
    name: "no-deep-imports",
    comment: "Another package is entered only through what the exports of its package.json name.",
    severity: "error",
    from: { path: "^packages/([^/]+)/", pathNot: tests },
    to: { path: "^packages/(?!$1/)", pathNot: entries.map((entry) => `^${entry}$`) },
  };
}

/**
 * Directions of .tsx files, from their import lines: dependency-cruiser 17 gives swc no way to read JSX.
 *
 * @param {string} root
 */
function pages(root) {
  return sourceFiles(root, ["packages"])
    .filter((file) => file.endsWith(".tsx"))
    .flatMap((file) => {
      const own = file.split("/")[1] ?? "";
      const allowed = /** @type {Record<string, readonly string[]>} */ (mayImport)[own] ?? [];
      const text = readFileSync(join(root, file), "utf8");
      const named = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, specifier = ""]) => specifier);
      return named
        .filter((specifier) => leavesPackage(specifier, file) || isForbidden(specifier, own, allowed))
        .map(
          (specifier) =>
            `${file} → ${specifier}: ${own} may import ${allowed.join(", ") || "none"}, by their names alone. (direction)`,
        );
    });
}

/**
 * @param {string} specifier
 * @param {string} own
 * @param {readonly string[]} allowed
 */
function isForbidden(specifier, own, allowed) {
  const [, name, inside] = /^@atalaya\/([^/]+)(\/.+)?$/.exec(specifier) ?? [];
  if (name === undefined) return specifier.startsWith("node:");
  const entries = inside === "/browser" || inside === undefined;
  return name !== own && (!allowed.includes(name) || !entries);
}

/**
 * @param {string} specifier
 * @param {string} file
 */
function leavesPackage(specifier, file) {
  if (!specifier.startsWith(".")) return false;
  const [, own] = file.split("/");
  return !join(dirname(file), specifier).replaceAll("\\", "/").startsWith(`packages/${own}/src/`);
}

/**
 * A package that the table does not know has no rule, so it is a problem of its own.
 *
 * @param {string} root
 */
function undeclaredPackages(root) {
  return readdirSync(join(root, "packages"))
    .filter((name) => !(name in mayImport))
    .map((name) => `packages/${name}: not in the table of tools/layers.mjs, so nothing says what it may import. (direction)`);
}

/**
 * swc's visitor does not see `import("./x.js").Type`, so that form is not used at all.
 *
 * @param {string} root
 * @param {readonly import("dependency-cruiser").IModule[]} modules
 */
function typeImports(root, modules) {
  return modules
    .filter(({ source }) => /^(packages|applications)\/.*\.ts$/.test(source) && existsSync(join(root, source)))
    .flatMap(({ source }) => {
      const lines = readFileSync(join(root, source), "utf8").split("\n");
      return lines.flatMap((line, index) =>
        /(^|[^.\w])import\((["'])[^"']*\2\)\.(?!then|catch|finally)/.test(line) || /\btypeof import\(/.test(line)
          ? [`${source}:${index + 1}: write a type import at the top instead of import("…").Type. (type-imports)`]
          : [],
      );
    });
}
