import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository } from "../command.js";
import { ask, useBrowser } from "./chromium.js";

const browser = useBrowser();
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const pictures = join(repository, "e2e/console/pictures");
mkdirSync(pictures, { recursive: true });

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

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

describe.each(screens)("%s", (name, address, complete) => {
  test.each(["light", "dark"] as const)("%s: nothing serious for axe", async (colorScheme) => {
    const { page, complaints } = await browser.visit(await address(), { colorScheme, bypassCSP: true });
    await page.getByText(complete).first().waitFor({ timeout: 30_000 });
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
    await page.getByText(complete).first().waitFor({ timeout: 30_000 });
    await page.waitForTimeout(600);
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await page.screenshot({
      path: join(pictures, `${name}-${width}-${colorScheme}.jpg`),
      type: "jpeg",
      quality: 60,
      fullPage: true,
    });
    expect(overhang).toBeLessThanOrEqual(0);
  });
});

test("Spanish by the browser's choice, and English by the switch", async () => {
  const { page } = await browser.visit("/", { locale: "es-CL" });
  await page.getByRole("heading", { name: "¿Va todo bien?" }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("es");
  await page.screenshot({ path: join(pictures, "home-1280-spanish.jpg"), type: "jpeg", quality: 60, fullPage: true });
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
