import { readFileSync } from "node:fs";

/** Version of this package; all packages of Atalaya carry the same one. */
export const version: string = readVersion();

function readVersion(): string {
  const description: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const isNamed = typeof description === "object" && description !== null && "version" in description;
  return isNamed ? String(description.version) : "0.0.0";
}
