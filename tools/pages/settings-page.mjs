import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** @typedef {{ variables: readonly string[], kind: string, choices: readonly string[], default: string | null, doc: string }} Setting */

/**
 * The text of docs/settings.md, from the one table that `settings` reads the environment with.
 *
 * @param {string} root
 */
export async function settingsPage(root) {
  /** @type {{ describeSettings: () => Setting[] }} */
  const { describeSettings } = await import(pathToFileURL(join(root, "packages/settings/dist/index.js")).href);
  return [
    "# Settings",
    "",
    "Every setting is a variable of the environment, read once at the start. Where two names stand in a row, the first one",
    'that is set counts. Besides these, a pipeline names variables of its own with `setting.url("LISTINGS_URL")`.',
    "",
    "| variable | default | holds | what it is |",
    "| --- | --- | --- | --- |",
    ...describeSettings().map(row),
    "",
  ].join("\n");
}

/** @param {Setting} setting */
function row({ variables, kind, choices, default: fallback, doc }) {
  const names = variables.map((name) => `\`${name}\``).join(", ");
  const holds = choices.length > 0 ? choices.join(" \\| ") : kind;
  return `| ${names} | ${fallback === null ? "none" : `\`${fallback}\``} | ${holds} | ${doc.replaceAll("|", "\\|")} |`;
}
