import { rmSync, writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ask, home, useBrowser } from "./chromium.js";

const browser = useBrowser();
const hold = (): string => process.env["HOLD"] ?? "";

interface Run {
  readonly run: string;
  readonly state: string;
  readonly retryOf: { readonly run: string; readonly from: string | null } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly steps: readonly { readonly name: string; readonly status: string; readonly replayed: boolean }[];
}

const show = async (run: string): Promise<Run> => (await ask<Run>(`/v1/console/runs/${run}`)).answer;

beforeEach(() => writeFileSync(hold(), ""));
afterEach(() => rmSync(hold(), { force: true }));

/** Starts a run of `slow-homes` that stays in its step "wait". */
async function startHeld(): Promise<string> {
  await ask("/v1/console/pipelines/slow-homes/runs", {});
  const newest = async () =>
    (await ask<{ runs: readonly { run: string; state: string }[] }>("/v1/console/runs?pipeline=slow-homes&state=running&limit=1"))
      .answer.runs[0];
  await expect.poll(async () => (await newest())?.state, { timeout: 30_000 }).toBe("running");
  const run = (await newest())?.run ?? "";
  await expect
    .poll(async () => (await show(run)).steps.find(({ name }) => name === "step wait")?.status, { timeout: 30_000 })
    .toBe("running");
  return run;
}

async function cancelOn(page: Page, why: string): Promise<void> {
  await page.getByRole("button", { name: "Cancel the run …" }).click();
  await page.getByLabel("Why?").fill(why);
  await page.getByRole("button", { name: "Cancel the run", exact: true }).click();
}

test("a run is cancelled in the middle, resumed, and done again from a step", async () => {
  const run = await startHeld();
  const { page, complaints } = await browser.visit(`/runs/${run}`);
  await cancelOn(page, "<b>the wrong file</b>");
  await page.getByText(`Run ${run} was cancelled by console: <b>the wrong file</b>`).first().waitFor();
  await page.locator(".badge", { hasText: "cancelled" }).first().waitFor();
  expect(await show(run)).toMatchObject({ state: "cancelled", error: { code: "RUN_CANCELLED" } });

  rmSync(hold());
  await page.getByRole("button", { name: "Resume" }).click();
  await expect.poll(async () => (await show(run)).state, { timeout: 60_000 }).toBe("done");
  await page.locator(".badge", { hasText: "done" }).first().waitFor();
  expect((await show(run)).steps.find(({ name }) => name === "ingest")?.replayed).toBe(true);

  await page.getByRole("button", { name: "Do it again …" }).click();
  await page.getByLabel("From this step on").selectOption("train");
  await page.getByText(`atalaya runs retry ${run.slice(0, 8)} --from train`).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await expect.poll(() => page.url()).not.toContain(run);
  const again = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  await expect.poll(async () => (await show(again)).state, { timeout: 60_000 }).toBe("done");
  const { retryOf, steps } = await show(again);
  expect(retryOf).toEqual({ run, from: "train" });
  expect(steps.filter(({ replayed }) => replayed).map(({ name }) => name)).toContain("split");
  expect(steps.find(({ name }) => name === "train")?.replayed).toBe(false);
  await page.getByText("from train").waitFor();
  expect(complaints).toEqual([]);
});

test("two people cancel at once: the second is told, and nothing is overwritten", async () => {
  const run = await startHeld();
  const { page } = await browser.visit(`/runs/${run}`);
  await page.getByRole("button", { name: "Cancel the run …" }).click();
  await page.getByLabel("Why?").fill("mine");
  const quicker = await ask<{ changed: boolean }>(`/v1/console/runs/${run}/cancel`, { why: "I was first", who: "Grace" });
  expect(quicker.answer.changed).toBe(true);
  await page.getByText(`Run ${run} was cancelled by Grace: I was first`).first().waitFor();
  const late = await ask<{ changed: boolean }>(`/v1/console/runs/${run}/cancel`, { why: "mine" });
  expect(late.answer.changed).toBe(false);
  expect((await show(run)).error?.message).toContain("Grace");
});

test("what cannot be done is refused by name", async () => {
  const { answer } = await ask<{ runs: readonly { run: string }[] }>("/v1/console/runs?pipeline=slow-homes&state=done&limit=1");
  const done = answer.runs[0]?.run ?? "";
  const refused = async (change: string, body: object) => {
    const { status, answer: problem } = await ask<{ code: string }>(`/v1/console/runs/${done}/${change}`, body);
    return [status, problem.code];
  };
  expect(await refused("cancel", { why: "too late" })).toEqual([409, "RUN_ENDED"]);
  expect(await refused("cancel", {})).toEqual([400, "API_BAD_OPTION"]);
  expect(await refused("resume", {})).toEqual([409, "RUN_NOT_RESUMABLE"]);
  expect(await refused("retry", { from: "nothing" })).toEqual([400, "RUN_STEP_NOT_REACHED"]);
  const theirs = await fetch(`${home()}/v1/console/runs/${done}/retry`, {
    method: "POST",
    headers: { "content-type": "application/json", "sec-fetch-site": "cross-site" },
    body: "{}",
  });
  expect(theirs.status).toBe(403);
});
