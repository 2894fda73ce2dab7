/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";

/** Address of the running `atalaya up`, and the path of the browser: set by the set-up of all journeys. */
export const home = (): string => process.env["CONSOLE_URL"] ?? "";

/** Of whatever is waited for and has no time of its own: a busy machine takes its time. */
const PATIENCE_MS = 60_000;

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Uncaught errors, and what the content security policy has blocked. */
  readonly complaints: readonly string[];
}

/** One browser for a file of journeys. */
export function useBrowser(): {
  visit(address: string, options?: BrowserContextOptions & { readonly at?: string }): Promise<Visit>;
} {
  let browser: Browser;
  beforeAll(async () => {
    const executablePath = process.env["CHROMIUM"] ?? "";
    browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
  });
  afterAll(() => browser.close());
  return {
    visit: async (address, { at = home(), ...options } = {}) => {
      const context = await browser.newContext({
        locale: "en-US",
        viewport: { width: 1280, height: 900 },
        acceptDownloads: true,
        ...options,
      });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error" && /Content Security Policy|Uncaught/.test(message.text()))
          complaints.push(message.text());
      });
      await page.goto(at + address);
      return { page, context, complaints };
    },
  };
}

/** Waits until the answer of the form is confirmed by the server. */
export async function untilConfirmed(page: Page): Promise<void> {
  await page.getByText("confirmed by the server, bit for bit").waitFor();
}

/** The big number of the Predict screen. */
export async function answerOf(page: Page): Promise<string> {
  return (await page.locator("output.answer").first().innerText()).trim();
}

/** JSON of the console's interface. */
export async function ask<Answer>(path: string, body?: unknown): Promise<{ readonly status: number; readonly answer: Answer }> {
  const options =
    body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(home() + path, options);
  return { status: response.status, answer: (await response.json()) as Answer };
}

/** Presses Tab until the element has the focus: what a user without a mouse does. */
export async function tabTo(page: Page, selector: string, most = 120): Promise<void> {
  for (let presses = 0; presses <= most; presses++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press("Tab");
  }
  expect.fail(`${selector} cannot be reached by keyboard within ${most} presses of Tab`);
}
