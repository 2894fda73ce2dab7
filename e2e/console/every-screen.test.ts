import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, test } from "vitest";
import { repository } from "../command.js";
import { ask, useBrowser } from "./chromium.js";

const browser = useBrowser();
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const kept = join(repository, "e2e/console/pictures");
/** `npm run pictures -- kept` says so; otherwise the pictures that a person has looked at stay, and are compared. */
const keeps = process.env["PICTURES"] === "keep";
const taken = keeps ? kept : mkdtempSync(join(tmpdir(), "atalaya-pictures-"));
mkdirSync(taken, { recursive: true });
afterAll(() => {
  if (!keeps) rmSync(taken, { recursive: true, force: true });
});

interface RunPage {
  readonly runs: readonly { readonly run: string }[];
}

/** Each screen with something that stands on it when it is complete. */
const screens: readonly (readonly [name: string, address: () => Promise<string> | string, complete: string])[] = [
  ["home", () => "/", "small-homes"],
  ["predict", () => "/predict/house-prices", "confirmed by the server, bit for bit"],
  ["predict-anomaly", () => "/predict/network-anomalies", "confirmed by the server, bit for bit"],
  ["predict-no-model", () => "/predict/sealed-homes", "No version is in production"],
  ["models", () => "/models/small-homes", "History of the alias"],
  ["compare", () => "/models/small-homes/compare/1,2", "Parameters"],
  ["version", () => "/models/house-prices/1", "Effects on the example rows"],
  ["runs", () => "/runs", "Started"],
  [
    "run",
    async () => `/runs/${(await ask<RunPage>("/v1/console/runs?pipeline=house-prices&limit=1")).answer.runs[0]?.run}`,
    "Trials",
  ],
  ["data", () => "/data/small-homes", "Datasets"],
  ["batch", () => "/data/batches/1", "Quarantine"],
  ["watch", () => "/watch/small-homes", "Requests against training"],
  ["audit", () => "/audit?about=small-homes%202", "When it was live"],
];

/** Light of the two pictures' tops may differ by so much on average: numbers and times differ, a page without styles differs by more. */
const MOST_DIFFERENCE = 0.2;

/** Takes a picture; unless it is to be kept, it must look like the kept one from afar. */
async function takePicture(page: Page, name: string): Promise<void> {
  const options = { type: "jpeg", quality: 60, fullPage: true } as const;
  const picture = await page.screenshot({ ...options, path: join(taken, name) });
  if (keeps || !existsSync(join(kept, name))) return;
  const before = readFileSync(join(kept, name));
  const { context } = await browser.visit("about:blank", { at: "" });
  const [blank] = context.pages();
  const difference = await blank?.evaluate(lightDifference, [picture.toString("base64"), before.toString("base64")] as const);
  await context.close();
  expect(difference, `${name} looks unlike the kept picture`).toBeLessThan(MOST_DIFFERENCE);
}

/** Mean difference in light (0 to 1) of a coarse raster over the part that both pictures have. Runs in the browser. */
async function lightDifference(pictures: readonly [string, string]): Promise<number> {
  const images = await Promise.all(
    pictures.map(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      return createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    }),
  );
  const height = Math.min(...images.map((image) => image.height));
  const side = 24;
  const rasters = images.map((image) => {
    const drawing = new OffscreenCanvas(side, side).getContext("2d");
    drawing?.drawImage(image, 0, 0, image.width, height, 0, 0, side, side);
    return drawing?.getImageData(0, 0, side, side).data ?? new Uint8ClampedArray();
  });
  const [one, other] = rasters;
  let sum = 0;
  for (let at = 0; at < side * side * 4; at++) if (at % 4 < 3) sum += Math.abs((one?.[at] ?? 0) - (other?.[at] ?? 0));
  return sum / (side * side * 3 * 255);
}

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

describe.each(screens)("%s", (name, address, complete) => {
  test.each(["light", "dark"] as const)("%s: nothing serious for axe", async (colorScheme) => {
    const { page, complaints } = await browser.visit(await address(), { colorScheme, bypassCSP: true });
    await page.getByText(complete).first().waitFor();
    await page.addScriptTag({ path: axe });
    const found = await page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: unknown[] }> } };
      return (await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })).violations;
    });
    const serious = (found as Finding[]).filter(({ impact }) => impact === "serious" || impact === "critical");
    expect(
      serious.map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .map(({ html, failureSummary }) => `${html} ${failureSummary}`)
            .slice(0, 3)
            .join(" | ")}`,
      ),
    ).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test.each([
    [360, "light"],
    [1280, "light"],
    [2560, "dark"],
  ] as const)("%i px, %s: nothing hangs over, and a picture", async (width, colorScheme) => {
    const { page } = await browser.visit(await address(), {
      colorScheme,
      viewport: { width, height: width < 500 ? 780 : 1_000 },
    });
    await page.getByText(complete).first().waitFor();
    await page.waitForTimeout(600);
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await takePicture(page, `${name}-${width}-${colorScheme}.jpg`);
    expect(overhang).toBeLessThanOrEqual(0);
  });
});

test("Spanish by the browser's choice, and English by the switch", async () => {
  const { page } = await browser.visit("/", { locale: "es-CL" });
  await page.getByRole("heading", { name: "¿Va todo bien?" }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("es");
  await page.getByText("small-homes").first().waitFor();
  await page.waitForTimeout(600);
  await takePicture(page, "home-1280-spanish.jpg");
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { name: "Is it well?" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Is it well?" }).waitFor();
});

test("the first view: how soon, how much", async () => {
  const { page } = await browser.visit("/");
  await page.getByText("small-homes").first().waitFor();
  const { interactive, script } = await page.evaluate(() => {
    const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
    const script = entries
      .filter(({ name }) => name.endsWith(".js"))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    return { interactive: performance.now(), script };
  });
  console.log(
    `first view: complete after ${Math.round(interactive)} ms, ${Math.round(script / 1_000)} kB of compressed JavaScript`,
  );
  expect(script).toBeGreaterThan(10_000);
  expect(script).toBeLessThanOrEqual(250_000);
});
