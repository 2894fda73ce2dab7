import { expect, test } from "vitest";
import { ask, tabTo, useBrowser } from "./chromium.js";

const browser = useBrowser();

interface Models {
  readonly versions: readonly { readonly version: number; readonly aliases: readonly string[] }[];
  readonly moves: readonly { readonly to: number; readonly who: string; readonly why: string; readonly action: string }[];
}

const models = async () => (await ask<Models>("/v1/console/models/small-homes")).answer;
const production = async () => (await models()).versions.find(({ aliases }) => aliases.includes("production"))?.version;

test("promote by keyboard alone, with a reason; roll back in two clicks", async () => {
  expect(await production()).toBe(2);
  const { page } = await browser.visit("/models/small-homes");
  await page.getByRole("button", { name: "Promote … v1" }).waitFor();
  await tabTo(page, 'button[aria-label="Promote … v1"]');
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.closest("[role=dialog]") != null)).toBe(true);
  await tabTo(page, "textarea", 8);
  await page.keyboard.type("looks better on old houses");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Ada");
  await page.keyboard.press("Enter");
  await page.getByText("production is on version 1 now.").waitFor();
  await page.keyboard.press("Escape");
  expect(await production()).toBe(1);
  expect((await models()).moves[0]).toMatchObject({ to: 1, who: "Ada", why: "looks better on old houses", action: "promote" });

  await page.getByRole("button", { name: "Roll back …" }).click();
  await page.getByLabel("Why?").fill("worse on new ones");
  await page.getByRole("button", { name: "Roll back", exact: true }).click();
  await page.getByText("production is on version 2 now.").waitFor();
  expect(await production()).toBe(2);
});

test("two people at once: the second sees what the first did, and nothing is overwritten", async () => {
  const { page } = await browser.visit("/models/small-homes");
  await page.getByRole("button", { name: "Promote … v1" }).click();
  await page.getByLabel("Why?").fill("mine");
  const quicker = await ask("/v1/console/models/small-homes/promote", {
    version: 1,
    why: "I was first",
    who: "Grace",
    expected: 2,
  });
  expect(quicker.status).toBe(200);
  await page.getByRole("button", { name: "Promote", exact: true }).click();
  await page.getByText("Somebody else moved it meanwhile:").waitFor();
  await page.getByText(/Grace moved it meanwhile \("I was first"\)/).waitFor();
  expect((await models()).moves[0]).toMatchObject({ who: "Grace" });
  await ask("/v1/console/models/small-homes/rollback", { why: "back", expected: 1 });
  expect(await production()).toBe(2);
});

test("a model that is swapped while a form is open leaves the form as it is and says so", async () => {
  const { page } = await browser.visit("/predict/small-homes");
  await page.getByText("confirmed by the server, bit for bit").waitFor();
  await page.getByLabel("size m²", { exact: true }).fill("77");
  await ask("/v1/console/models/small-homes/promote", { version: 1, why: "swap", expected: 2 });
  await page.getByText("Version 1 serves now; this form still uses version 2.").waitFor();
  expect(await page.getByLabel("size m²", { exact: true }).inputValue()).toBe("77");
  await page.getByRole("button", { name: "Use the new version" }).click();
  await page.getByText(/^version 1 ·/).waitFor();
  expect(await page.getByLabel("size m²", { exact: true }).inputValue()).toBe("77");
  await ask("/v1/console/models/small-homes/rollback", { why: "back", expected: 1 });
});

test("compare two versions, and look at one: gates, importance, effects, lineage", async () => {
  const { page } = await browser.visit("/models/small-homes");
  await page.getByLabel("Compare version 1").check();
  await page.getByLabel("Compare version 2").check();
  await page.getByRole("button", { name: "Compare 2 versions" }).click();
  await page.getByRole("heading", { name: "Compare: small-homes v1, v2" }).waitFor();
  await page.getByRole("rowheader", { name: /^rmse/ }).waitFor();
  // 95 of 100: the interval stands below the value.
  await page
    .locator("td", { hasText: /\d – [\d$]/ })
    .first()
    .waitFor();
  await page.getByRole("heading", { name: "Calibration" }).waitFor();
  await page.getByRole("heading", { name: "Effects on the example rows" }).waitFor();
  expect(await page.getByRole("img", { name: /One dot a row/ }).count()).toBe(2);
  await page.getByLabel("Dependence", { exact: true }).selectOption("rooms");
  await page.getByRole("img", { name: "rooms: its value against its effect, on the example rows" }).waitFor();
  await page.getByRole("link", { name: "v2" }).first().click();
  await page.getByRole("heading", { name: /small-homes, version 2/ }).waitFor();
  await page.getByRole("heading", { name: "What it looks at" }).waitFor();
  await page.getByRole("img", { name: /One dot a row/ }).waitFor();
  await page.getByRole("heading", { name: /Batches \(2\)/ }).waitFor();
});

test("a refused version shows why, and its pipeline says what to do", async () => {
  const { page } = await browser.visit("/");
  await page.getByText("sealed-homes has no version in production, so it cannot answer.").waitFor();
  await page.getByText(/Version 1 of sealed-homes was refused: r2 .* is below 2/).waitFor();
  await page.getByRole("link", { name: "Open: sealed-homes" }).first().click();
  await page.getByText("refused", { exact: true }).first().waitFor();
  await page.goto(page.url().replace(/\/models.*/, "/predict/sealed-homes"));
  await page.getByRole("heading", { name: "No version is in production" }).waitFor();
});
