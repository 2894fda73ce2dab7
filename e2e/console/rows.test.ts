import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { ask, untilConfirmed, useBrowser } from "./chromium.js";
import { createNumbers, HOSTILE } from "./hostile-rows.js";

const browser = useBrowser();

interface Column {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly levels?: readonly string[];
}

type Cell = string | number | boolean | null;

/** Any row that the model takes: values in and out of the training range, unknown ones, levels that nobody has seen. */
function randomRow(columns: readonly Column[], next: () => number): Record<string, Cell> {
  const cellOf = ({ type, optional, min = -1_000, max = 100_000, levels }: Column): Cell => {
    if (optional && next() < 0.25) return null;
    switch (type) {
      case "integer":
        return Math.floor(min + (Math.min(max, 5_000) - min) * next() ** 3);
      case "number":
        return min + (Math.min(max, 20_000) - min) * next() ** 3;
      case "boolean":
        return next() < 0.5;
      case "time":
        return new Date(1.4e12 + Math.floor(next() * 3e11)).toISOString();
      default:
        return (
          levels?.[Math.floor(next() * levels.length)] ??
          ["Seattle", "98059", "Washington", "tcp", "S0", HOSTILE[0]][Math.floor(next() * 6)]!
        );
    }
  };
  return Object.fromEntries(columns.map((column) => [column.name, cellOf(column)]));
}

const quoted = (cell: Cell): string => (cell === null ? "" : `"${String(cell).replaceAll('"', '""')}"`);

function csvOf(columns: readonly string[], rows: readonly Readonly<Record<string, Cell>>[]): string {
  return [columns.join(","), ...rows.map((row) => columns.map((name) => quoted(row[name] ?? null)).join(","))].join("\n");
}

async function upload(page: Page, name: string, text: string): Promise<void> {
  await page.locator('input[type="file"]').setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
}

async function download(page: Page): Promise<Record<string, string>[]> {
  const link = page.getByRole("link", { name: "Download results" });
  await link.waitFor({ timeout: 110_000 });
  const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
  return parse(readFileSync(await file.path(), "utf8"), { columns: true }) as Record<string, string>[];
}

interface Predictions {
  readonly predictions: readonly { readonly value?: number; readonly score?: number }[];
}

describe.each(["house-prices", "network-anomalies"])("%s", (pipeline) => {
  test("the page and the server give the same bits for 10,000 random rows", async () => {
    const { answer } = await ask<{ inputs: readonly Column[] }>(`/v1/pipelines/${pipeline}`);
    const next = createNumbers(20_261_121);
    const rows = Array.from({ length: 10_000 }, () => randomRow(answer.inputs, next));
    const { page } = await browser.visit(`/predict/${pipeline}`);
    await untilConfirmed(page);
    await page.getByLabel("with the three strongest reasons for each row").uncheck();
    const names = answer.inputs.map(({ name }) => name);
    await upload(page, "random.csv", csvOf(names, rows));
    const lines = await download(page);
    const theirs: { value?: number; score?: number }[] = [];
    for (let from = 0; from < rows.length; from += 2_000) {
      const { answer: part } = await ask<Predictions>(`/v1/pipelines/${pipeline}/predict`, {
        rows: rows.slice(from, from + 2_000),
      });
      theirs.push(...part.predictions);
    }
    const differing = lines.filter(
      (line, row) => !Object.is(Number(line["prediction"] ?? line["score"]), theirs[row]?.value ?? theirs[row]?.score),
    );
    expect(lines.length).toBe(10_000);
    expect(differing.slice(0, 3)).toEqual([]);
  });
});

test("a file with columns of the source's names, rows that cannot be read and formulas", async () => {
  const { page, complaints } = await browser.visit("/predict/small-homes");
  await untilConfirmed(page);
  const lines = [
    "Size;Rooms;agency;colour",
    "120;4;agency 1;red",
    "much;4;agency 1;red",
    `90;;"${HOSTILE[1].replaceAll('"', '""')}";=1+1`,
  ];
  await upload(page, "own.csv", lines.join("\n"));
  await page.getByText("Size is read as size. Rooms is read as rooms.").waitFor();
  await page.getByText("Ignored, as the model does not know them: colour.").waitFor();
  await page.getByText(/3 rows scored, 1 could not be/).waitFor();
  await page.getByText(/size: expected a number of at least 1 m², received "much"/).waitFor();
  const results = await download(page);
  expect(results.map((result) => Number(result["prediction"]) > 0)).toEqual([true, false, true]);
  expect(results[1]?.["problem"]).toContain("size: expected a number");
  expect(results[0]?.["reason_1"]).toBeTruthy();
  expect(results[2]?.["colour"]).toBe("'=1+1");
  expect(await page.title()).toBe("Atalaya");
  expect(complaints).toEqual([]);
});

test("a file without the columns that the model needs names them, and scores nothing", async () => {
  const { page } = await browser.visit("/predict/small-homes");
  await untilConfirmed(page);
  await upload(page, "wrong.csv", "height,colour\n3,red\n");
  await page.getByText("The file lacks columns that the model needs: size, agency.").waitFor();
  expect(await page.getByRole("link", { name: "Download results" }).count()).toBe(0);
});
