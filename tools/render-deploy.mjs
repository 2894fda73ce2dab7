// node tools/render-deploy.mjs [--check]: what is made of other files below deploy/: the chart's copies of alerts and
// dashboards, and the kustomize base out of the chart (with HELM, or helm of PATH). --check writes nothing and ends with 1
// where a file is not what it would be.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { repository } from "./prepare.mjs";
import { runToEnd } from "./subprocess.mjs";

const deploy = join(repository, "deploy");

/**
 * Every made file with its content, by its path below deploy/.
 *
 * @param {string} helm
 * @returns {Promise<Map<string, string>>}
 */
export async function renderedFiles(helm) {
  const files = copiedFiles();
  for (const [name, text] of await renderBase(helm)) files.set(`kustomize/base/${name}`, text);
  return files;
}

/** What is only copied, for which no helm is needed: a chart holds nothing that lies outside of it. */
export function copiedFiles() {
  const copied = [["observability/rules/atalaya.rules.yaml", "chart/files/rules.yaml"]];
  for (const name of readdirSync(join(deploy, "observability/dashboards"))) {
    if (name.endsWith(".json")) copied.push([`observability/dashboards/${name}`, `chart/files/dashboards/${name}`]);
  }
  return new Map(copied.map(([from = "", to = ""]) => [to, readFileSync(join(deploy, from), "utf8")]));
}

/** One file for each template, so that a change of the chart is a change that can be read. @param {string} helm */
async function renderBase(helm) {
  const words = [
    "template",
    "atalaya",
    join(deploy, "chart"),
    "--namespace",
    "atalaya",
    "--no-hooks",
    "-f",
    join(deploy, "kustomize/values.yaml"),
  ];
  const { code, output } = await runToEnd(helm, words);
  if (code !== 0) throw new Error(`helm template ended with ${code}:\n${output}`);
  /** @type {Map<string, string[]>} */
  const documents = new Map();
  for (const document of output.split(/^---$/m)) {
    const source = /^# Source: atalaya\/templates\/(.+)\.yaml$/m.exec(document)?.[1];
    if (source === undefined) continue;
    const name = `${source.replaceAll("/", "-")}.yaml`;
    // Everything in a namespace gets it from the overlay.
    const text = document.replace(/^# Source:.*\n/m, "").trim();
    documents.set(name, [...(documents.get(name) ?? []), text]);
  }
  const heading = "# Made by tools/render-deploy.mjs from deploy/chart. Change the chart, not this file.\n";
  const files = [...documents].map(([name, texts]) => /** @type {const} */ ([name, `${heading}${texts.join("\n---\n")}\n`]));
  const resources = files.map(([name]) => `  - ${name}`).sort();
  const list = `${heading}apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${resources.join("\n")}\n`;
  return [...files, /** @type {const} */ (["kustomization.yaml", list])];
}

/** Paths that are not what they would be: other, missing, or left over. @param {ReadonlyMap<string, string>} files */
export function staleFiles(files) {
  const stale = [...files].filter(
    ([path, text]) => !existsSync(join(deploy, path)) || readFileSync(join(deploy, path), "utf8") !== text,
  );
  const left = ["chart/files/dashboards", "kustomize/base"].flatMap((folder) =>
    existsSync(join(deploy, folder)) ? readdirSync(join(deploy, folder)).map((name) => `${folder}/${name}`) : [],
  );
  return [...stale.map(([path]) => path), ...left.filter((path) => !files.has(path))];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const files = await renderedFiles(process.env.HELM ?? "helm");
  const stale = staleFiles(files);
  if (process.argv.includes("--check")) {
    for (const path of stale) process.stdout.write(`stale: deploy/${path}\n`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    for (const path of stale.filter((each) => !files.has(each))) rmSync(join(deploy, path));
    for (const [path, text] of files) {
      mkdirSync(dirname(join(deploy, path)), { recursive: true });
      writeFileSync(join(deploy, path), text);
    }
    process.stdout.write(`${files.size} files below ${basename(deploy)}/, ${stale.length} changed\n`);
  }
}
