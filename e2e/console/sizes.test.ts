import { once } from "node:events";
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { untilConfirmed, useBrowser } from "./chromium.js";

const browser = useBrowser();
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "atalaya-sizes-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LARGE = 300_000_000;

/** Short rows whose last column is a long note that the model ignores. */
async function largeCsv(path: string): Promise<number> {
  const file = createWriteStream(path);
  file.write("size,rooms,agency,note\n");
  const note = "x".repeat(2_000);
  let rows = 0;
  for (let bytes = 0; bytes < LARGE; rows++) {
    const line = `${30 + (rows % 200)},${1 + (rows % 7)},agency ${rows % 9},${note}\n`;
    bytes += line.length;
    if (!file.write(line)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
  return rows;
}

/** Bytes of memory of the browser's processes that hold pages and workers. */
function pageMemory(): number {
  let most = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer")) continue;
      const resident = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      most = Math.max(most, Number(resident ?? 0) * 1_024);
    } catch {
      // It ended meanwhile.
    }
  }
  return most;
}

async function start(page: Page, path: string): Promise<void> {
  await page.getByLabel("Choose a CSV file").setInputFiles(path);
}

test.skipIf(process.platform !== "linux")(
  "a file of 300 MB is scored in the page, in bounded memory, with progress",
  async () => {
    const path = join(folder, "large.csv");
    const rows = await largeCsv(path);
    const { page } = await browser.visit("/predict/small-homes");
    await untilConfirmed(page);
    await page.getByLabel("with the three strongest reasons for each row").uncheck();
    await start(page, path);
    await page.getByRole("progressbar").waitFor();
    let most = 0;
    const link = page.getByRole("link", { name: "Download results" });
    for (let look = 0; look < 600 && (await link.count()) === 0; look++) {
      most = Math.max(most, pageMemory());
      await page.waitForTimeout(200);
    }
    // The file is three hundred megabytes, its result more: neither is ever whole in the page's memory.
    expect(most).toBeLessThan(700_000_000);
    const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const result = await file.path();
    expect(statSync(result).size).toBeGreaterThan(LARGE);
    let lines = 0;
    let last = "";
    for await (const line of createInterface({ input: createReadStream(result) })) {
      lines++;
      last = line;
    }
    expect(lines).toBe(rows + 1);
    expect(Number(last.split(",").at(-2))).toBeGreaterThan(0);
    console.log(`300 MB: ${rows} rows, the page held ${Math.round(most / 1e6)} MB at most`);
  },
  300_000,
);

test("100,000 rows: only those in sight are drawn, wherever the table is scrolled", async () => {
  const path = join(folder, "rows.csv");
  const lines = Array.from({ length: 100_000 }, (_, row) => `${30 + (row % 200)},${1 + (row % 7)},agency ${row % 9}`);
  writeFileSync(path, `size,rooms,agency\n${lines.join("\n")}\n`);
  const { page } = await browser.visit("/predict/small-homes");
  await untilConfirmed(page);
  await page.getByLabel("with the three strongest reasons for each row").uncheck();
  await start(page, path);
  await page.getByText(/100,000 rows scored, 0 could not be/).waitFor({ timeout: 110_000 });
  const frame = page.locator(".rows-frame");
  expect(await page.locator("[role=table]").getAttribute("aria-rowcount")).toBe("100001");
  for (const [share, seen] of [
    [0.5, /^50,/],
    [1, /^100,001$/],
    [0, /^2$/],
  ] as const) {
    await frame.evaluate((element, at) => element.scrollTo(0, at * element.scrollHeight), share);
    await page.locator(".rows-line [role=cell]:first-child", { hasText: seen }).first().waitFor();
    expect(await page.locator(".rows-line").count()).toBeLessThan(80);
  }
});

test("2,000 features: the form draws those in sight, the search finds the others, and all of them count", async () => {
  const { page } = await browser.visit("/predict/wide-form");
  await untilConfirmed(page);
  await page.getByRole("button", { name: "Show all 2000 fields" }).click();
  expect(await page.locator(".form-field").count()).toBeLessThan(80);
  const frame = page.locator(".many-fields");
  await frame.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect.poll(() => page.locator(".many-fields-place").last().getAttribute("data-index")).toBe("1999");
  await page.getByRole("searchbox", { name: "Find a field" }).fill("measure0000");
  const first = page.getByLabel("measure0000", { exact: true });
  const before = await page.locator("output.answer").innerText();
  await first.fill("0.987");
  await expect.poll(() => page.locator("output.answer").innerText()).not.toBe(before);
  await untilConfirmed(page);
  await page.getByRole("searchbox", { name: "Find a field" }).fill("");
  await page.getByRole("searchbox", { name: "Find a field" }).fill("measure0000");
  expect(await first.inputValue()).toBe("0.987");
});

test("10,000 levels: a list that draws what is in sight, searched by typing and by arrow keys", async () => {
  const { page } = await browser.visit("/predict/many-levels");
  await untilConfirmed(page);
  const box = page.getByLabel("place", { exact: true });
  await box.fill("");
  await box.click();
  const options = page.getByRole("option");
  await options.first().waitFor();
  // The training part has seen nearly all of them.
  expect(Number(await options.first().getAttribute("aria-setsize"))).toBeGreaterThan(9_500);
  expect(await options.count()).toBeLessThan(60);
  for (let press = 0; press < 40; press++) await page.keyboard.press("ArrowDown");
  await page.locator("[role=option][data-highlighted]").waitFor();
  expect(Number(await page.locator("[role=option][data-highlighted]").getAttribute("aria-posinset"))).toBeGreaterThan(30);
  await box.fill("place 0777");
  await expect.poll(async () => Number(await options.first().getAttribute("aria-setsize"))).toBeLessThanOrEqual(10);
  const chosen = await options.nth(3).innerText();
  await options.nth(3).click();
  expect(await box.inputValue()).toBe(chosen);
  await untilConfirmed(page);
});
