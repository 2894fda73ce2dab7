import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ask, useBrowser } from "./chromium.js";

const browser = useBrowser();

interface RunPage {
  readonly total: number;
  readonly runs: readonly { readonly run: string; readonly pipeline: string }[];
}

test("a run starts from the page, its chain is drawn live, and the filters are in the address", async () => {
  const { page } = await browser.visit("/runs");
  const before = (await ask<RunPage>("/v1/console/runs?pipeline=sealed-homes")).answer.total;
  await page.getByRole("button", { name: "Start a run sealed-homes" }).click();
  await page.getByText("A run of sealed-homes starts.").waitFor();
  await expect.poll(async () => (await ask<RunPage>("/v1/console/runs?pipeline=sealed-homes")).answer.total).toBe(before + 1);
  await page.getByLabel("Pipeline").selectOption("sealed-homes");
  await expect.poll(() => page.url()).toContain("pipeline=sealed-homes");
  await page.locator("tbody a").first().click();
  await page.getByRole("heading", { name: /^sealed-homes · / }).waitFor();
  await page.locator(".chain-step", { hasText: "promote" }).waitFor();
  await page.locator(".steps button", { hasText: "train" }).first().click();
  await page.getByRole("heading", { name: "train", exact: true }).waitFor();
  await expect.poll(() => page.locator(".chain-step.chain-done").count(), { timeout: 60_000 }).toBeGreaterThan(6);
});

test("batches with what was refused of them, line and reason, as text", async () => {
  const { page, complaints } = await browser.visit("/data/small-homes");
  await page.locator("tbody a").first().click();
  await page.getByRole("heading", { name: /^Batch #\d+/ }).waitFor();
  await page.getByRole("heading", { name: "Quarantine" }).waitFor();
  await page
    .getByText(/^price: /)
    .first()
    .waitFor();
  expect(await page.title()).toBe("Atalaya");
  expect(await page.locator("main img").count()).toBe(0);
  expect(complaints).toEqual([]);
});

test("traffic and drift of the requests after some were answered", async () => {
  const rows = Array.from({ length: 120 }, (_, row) => ({ size: 400 + row, rooms: 20, agency: "agency 1" }));
  await ask("/v1/pipelines/small-homes/predict", { rows });
  const { page } = await browser.visit("/watch/small-homes");
  await page.getByRole("heading", { name: "Requests against training" }).waitFor();
  await page.getByText("shifted").first().waitFor();
  for (const name of ["Rows answered over time", "Latency over time, milliseconds", "Requests that were not answered"]) {
    await page.getByRole("img", { name }).waitFor();
  }
  await page.getByRole("heading", { name: "Predictions against training" }).waitFor();
  await page.getByRole("img", { name: "Predictions over time" }).waitFor();
});

test("how far each feature was from training, batch by batch, and what was decided", async () => {
  const { page } = await browser.visit("/watch/small-homes");
  await page.getByRole("heading", { name: "Drift of each feature, batch by batch" }).waitFor();
  await page.getByRole("button", { name: "rooms", exact: true }).click();
  await page.getByRole("region", { name: "rooms", exact: true }).getByText("of at least this without a change").waitFor();
  await page.getByRole("img", { name: "rooms: Effect over the judged batches" }).waitFor();
  await page
    .getByRole("img", { name: /^training → now\./ })
    .first()
    .waitFor();
});

test("a request that is refused and one that fails are counted", async () => {
  const refused = async () => {
    const { answer } = await ask<{ endings: { buckets: readonly { refused: number }[] } }>(
      "/v1/console/watch/small-homes?hours=1",
    );
    return answer.endings.buckets.reduce((sum, bucket) => sum + bucket.refused, 0);
  };
  const before = await refused();
  expect((await ask("/v1/pipelines/small-homes/predict", { size: "large" })).status).toBe(422);
  await expect.poll(refused).toBe(before + 1);
});

test("the id of a prediction leads to its input, answer, version and batches; the evidence is a file", async () => {
  const row = { size: 111, rooms: 3, agency: "agency 2" };
  const { answer } = await ask<{ id: string; prediction: { value: number } }>("/v1/pipelines/small-homes/predict", row);
  const { page } = await browser.visit("/audit");
  await page.getByLabel("Prediction id, version, run or time").fill(answer.id);
  await expect
    .poll(
      async () => {
        await page.getByRole("button", { name: "Look it up" }).click();
        return page.getByRole("heading", { name: "Prediction", exact: true }).count();
      },
      { timeout: 20_000, interval: 1_000 },
    )
    .toBe(1);
  await page.getByText(String(answer.prediction.value)).waitFor();
  await page.getByRole("heading", { name: /Batches \(2\)/ }).waitFor();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download the evidence" }).click(),
  ]);
  expect(JSON.parse(readFileSync(await file.path(), "utf8"))).toMatchObject({
    kind: "prediction",
    prediction: { id: answer.id, inputs: [row] },
  });
});

test("a version, a time and nonsense", async () => {
  const { page } = await browser.visit("/audit?about=small-homes%202");
  await page.getByRole("link", { name: "small-homes, version 2" }).waitFor();
  await page.goto(page.url().replace(/about=.*/, `about=${new Date().toISOString()}`));
  await page.getByRole("heading", { name: /^In production at/ }).waitFor();
  await page.goto(page.url().replace(/about=.*/, "about=nothing-like-it"));
  await page.getByText('Nothing is known about "nothing-like-it".').waitFor();
});

test("every screen says how a terminal and a program get the same", async () => {
  const { page } = await browser.visit("/models/small-homes");
  await page.getByRole("button", { name: "curl, CLI, TypeScript" }).click();
  const curl = await page.locator("dialog pre, [role=dialog] pre").first().innerText();
  const address = /'(http[^']+)'/.exec(curl)?.[1] ?? "";
  expect((await (await fetch(address)).json()) as object).toMatchObject({ pipeline: "small-homes" });
  await page.getByText("atalaya models list small-homes").waitFor();
});
