// npm run pictures -- [http://127.0.0.1:4600]: takes the pictures of the README out of a running `atalaya up`.
// npm run pictures -- kept: takes those of every screen anew that the journeys compare with. Look at them before they are committed.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { requireChromium } from "./chromium.mjs";
import { repository } from "./prepare.mjs";

const [address = "http://127.0.0.1:4600"] = process.argv.slice(2);
if (address === "kept") {
  process.env.PICTURES = "keep";
  process.argv.splice(2, 1, "e2e/console/every-screen.test.ts");
  await import("./test-console.mjs");
  process.exit();
}
const folder = join(repository, "docs/pictures");

/** @type {readonly { name: string, path: string, complete: string, theme?: "dark", locale?: string, width?: number }[]} */
const pictures = [
  { name: "home", path: "/", complete: "house-prices" },
  { name: "predict", path: "/predict/house-prices", complete: "confirmed by the server, bit for bit" },
  {
    name: "predict-anomaly",
    path: "/predict/network-anomalies",
    complete: "confirmed by the server, bit for bit",
    theme: "dark",
  },
  { name: "predict-spanish", path: "/predict/house-prices", complete: "confirmado por el servidor, bit a bit", locale: "es" },
  { name: "predict-phone", path: "/predict/house-prices", complete: "confirmed by the server, bit for bit", width: 390 },
  { name: "version", path: "/models/house-prices/1", complete: "Effects on the example rows" },
  { name: "run", path: await newestRun("house-prices"), complete: "Trials", theme: "dark" },
  { name: "watch", path: "/watch/house-prices", complete: "Requests against training" },
];

/** @param {string} pipeline */
async function newestRun(pipeline) {
  const answer = await fetch(`${address}/v1/console/runs?pipeline=${pipeline}&limit=1`);
  const { runs } = await answer.json();
  return `/runs/${runs[0]?.run}`;
}

const executablePath = await requireChromium();
if (executablePath === null) throw new Error("There is no Chromium, and it cannot be installed here.");
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
for (const { name, path, complete, theme = "light", locale = "en-US", width = 1440 } of pictures) {
  const context = await browser.newContext({ viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme: theme, locale });
  const page = await context.newPage();
  await page.goto(address + path);
  await page.getByText(complete).first().waitFor();
  await page.waitForTimeout(800);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  process.stdout.write(`docs/pictures/${name}.png\n`);
  await context.close();
}
await browser.close();
