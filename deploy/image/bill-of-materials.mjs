// node deploy/image/bill-of-materials.mjs TARGET [FILE]: what the image TARGET is made of, as CycloneDX (npm sbom).
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { dependenciesOf } from "./dependencies.mjs";
import { targetNamed } from "./targets.mjs";

/**
 * @typedef {{ "bom-ref": string, name: string, version: string, type: string, purl?: string }} Component
 * @typedef {{ ref: string, dependsOn?: string[] }} Edge
 * @typedef {{ components: Component[], dependencies: Edge[], metadata: { component: Component } }} Bill
 */

/**
 * What `npm sbom` tells of the whole program, without what this image leaves out, and with Node.js and the system's libraries.
 *
 * @param {string} repository
 * @param {string} name
 * @returns {Bill}
 */
export function billOfMaterials(repository, name) {
  const words = ["sbom", "--sbom-format=cyclonedx", "--sbom-type=application", "--omit=dev", "--workspace=@atalaya/cli"];
  const text = execFileSync("npm", words, {
    cwd: repository,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const bill = /** @type {Bill} */ (JSON.parse(text));
  const inside = new Set(dependenciesOf(repository, targetNamed(name)).map(({ name: each, version }) => `${each}@${version}`));
  const components = bill.components.filter(({ name: each, version }) => inside.has(`${each}@${version}`));
  const kept = new Set([bill.metadata.component["bom-ref"], ...components.map((component) => component["bom-ref"])]);
  const dependencies = bill.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => kept.has(each)) }));
  const metadata = {
    ...bill.metadata,
    component: { ...bill.metadata.component, name: `atalaya image ${name}`, type: "container" },
  };
  return { ...bill, metadata, components: [...components, ...systemComponents()], dependencies };
}

/** Node.js itself, and the Debian packages of the libraries that it links to. @returns {Component[]} */
function systemComponents() {
  const version = process.versions.node;
  const node = { "bom-ref": `node@${version}`, name: "node", version, type: "platform", purl: `pkg:generic/node@${version}` };
  return [node, ...["libc6", "libgcc-s1", "libstdc++6"].flatMap(debianPackage)];
}

const installedPackages = "/var/lib/dpkg/status";

/** @param {string} name @returns {Component[]} */
function debianPackage(name) {
  if (!existsSync(installedPackages)) return [];
  const entry = readFileSync(installedPackages, "utf8")
    .split("\n\n")
    .find((each) => each.startsWith(`Package: ${name}\n`));
  const version = entry?.match(/^Version: (.+)$/m)?.[1];
  if (version === undefined) return [];
  const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?distro=bookworm`;
  return [{ "bom-ref": `${name}@${version}`, name, version, type: "library", purl }];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , name = "", file] = process.argv;
  const text = `${JSON.stringify(billOfMaterials(fileURLToPath(new URL("../..", import.meta.url)), name), null, 2)}\n`;
  if (file === undefined) process.stdout.write(text);
  else writeFileSync(file, text);
}
