import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ask, tabTo, useBrowser } from "./chromium.js";

const browser = useBrowser();
const version = "/models/small-homes/2";
const hostile = `<img src=x onerror="document.title='stolen'"><script>document.title = "stolen"</script>`;

interface Comment {
  readonly version: number | null;
  readonly who: string;
  readonly text: string;
}

const comments = async () => (await ask<Comment[]>("/v1/console/models/small-homes/comments?version=2")).answer;

test("a comment by keyboard alone: it is kept, stays text, and who looks at the version sees it at once", async () => {
  const { page: other } = await browser.visit(version, { locale: "es-CL" });
  await other.getByRole("heading", { name: "Comentarios" }).waitFor();
  await other.getByText("Todavía nadie ha dicho nada.").waitFor();

  const { page, complaints } = await browser.visit(version);
  await page.getByText("Nobody has said anything yet.").waitFor();
  await tabTo(page, "textarea");
  await page.keyboard.type(hostile);
  await page.keyboard.press("Tab");
  await page.keyboard.type("Grace <b>");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("The comment was added.").waitFor();
  await page.locator(".comments").getByText(hostile).waitFor();
  expect(await comments()).toMatchObject([{ version: 2, who: "Grace <b>", text: hostile }]);
  expect([await page.title(), await page.locator(".comments :is(img, script, b)").count()]).toEqual(["Atalaya", 0]);
  expect(await page.getByLabel("Comment", { exact: true }).inputValue()).toBe("");
  // The other page asks again by itself.
  await other.locator(".comments").getByText(hostile).waitFor();
  expect(complaints).toEqual([]);
});

test("of the model as a whole, of another version, and after the version is gone from under the form", async () => {
  await ask("/v1/console/models/small-homes/comments", { text: "retired in May", who: "Ada" });
  await ask("/v1/console/models/small-homes/comments", { version: 1, text: "of the first alone", who: "Ada" });
  const { page } = await browser.visit(version);
  await page.locator(".comments li", { hasText: "retired in May" }).getByText("about the model as a whole").waitFor();
  expect(await page.getByText("of the first alone").count()).toBe(0);
  await page.route("**/comments", (route) => route.fulfill({ status: 404, json: { code: "REGISTRY_MODEL_VERSION_UNKNOWN" } }));
  await page.getByLabel("Comment", { exact: true }).fill("not lost");
  await page.getByRole("button", { name: "Add the comment" }).click();
  await page.getByRole("alert").getByText("REGISTRY_MODEL_VERSION_UNKNOWN").waitFor();
  expect(await page.locator("textarea").inputValue()).toBe("not lost");
});

test("10,000 letters without a break, and letters from right to left, on a phone: nothing hangs over", async () => {
  await ask("/v1/console/models/small-homes/comments", { version: 2, text: "w".repeat(10_000), who: "w".repeat(100) });
  await ask("/v1/console/models/small-homes/comments", { version: 2, text: "شكرا\u202e dlrow", who: "\u202eeva" });
  for (const width of [1280, 390]) {
    const { page } = await browser.visit(version, { viewport: { width, height: 844 } });
    await page.locator(".comments").getByText("شكرا").waitFor();
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overhang).toBeLessThanOrEqual(0);
  }
});

test("card and evidence of a version are files, with what was said", async () => {
  const { page } = await browser.visit(version);
  const download = async (name: string) => {
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name, exact: true }).click()]);
    return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "latin1") };
  };
  const card = await download("Model card");
  expect([card.name, card.text.split("\n")[0]]).toEqual(["small-homes-2-card.md", "# small-homes, version 2"]);
  const evidence = await download("Download the evidence");
  expect(evidence.name).toBe("small-homes-2-evidence.tar");
  for (const part of ["card.md", "bom.cdx.json", "model.atalaya", "SHA256SUMS", "retired in May"])
    expect(evidence.text).toContain(part);
});
