import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder with these files (text by relative path), removed after the test. */
export function projectFolder(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), "atalaya-cli-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

/** The smallest pipeline file. */
export function pipelineText(name: string, setting = "DATA_URL"): string {
  return `
import { atLeast, column, dataset, files, gradientBoosting, pipeline, setting, shuffled } from "@atalaya/define";

const rows = dataset("rows", { size: column.number(), price: column.number({ unit: "USD" }) });
interface Limits { readonly r2: number }
const limits: Limits = { r2: 0 };

export const model = pipeline("${name}")
  .ingest(rows, files(setting.url("${setting}")))
  .features(rows.features({ target: "price", derive: (row) => ({ twice: row.size.mul(2) }) }))
  .split(shuffled({ test: 0.2 }))
  .train({ optimise: "rmse", trials: 1 }, gradientBoosting({ trees: 10 }))
  .evaluate({ metrics: ["rmse", "r2"] })
  .gate(atLeast("r2", limits.r2))
  .promote("production");
`;
}
