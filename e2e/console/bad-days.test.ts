import { connect, createServer, type Server, type Socket } from "node:net";
import { expect, test } from "vitest";
import { ask, home, untilConfirmed, useBrowser } from "./chromium.js";

const browser = useBrowser();

/** A way to the server that can be cut and opened again under the same address. */
class Bridge {
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();
  port = 0;

  async open(): Promise<void> {
    const target = Number(new URL(home()).port);
    const server = createServer((socket) => {
      const further = connect(target, "127.0.0.1");
      for (const end of [socket, further]) {
        this.#sockets.add(end);
        end.on("error", () => undefined);
        end.on("close", () => {
          this.#sockets.delete(end);
          socket.destroy();
          further.destroy();
        });
      }
      socket.pipe(further).pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    const address = server.address();
    if (typeof address === "object" && address !== null) this.port = address.port;
    this.#server = server;
  }

  async cut(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server?.close(() => resolve()) ?? resolve());
  }
}

test("the server goes away in the middle: a banner, predictions go on, nothing typed is lost, and it comes back by itself", async () => {
  const bridge = new Bridge();
  await bridge.open();
  const { page } = await browser.visit("/predict/house-prices", { at: `http://127.0.0.1:${bridge.port}` });
  await untilConfirmed(page);
  await bridge.cut();
  await page.getByText("The server does not answer.").waitFor();
  const size = page.getByLabel("house size ft²", { exact: true });
  const before = await page.locator("output.answer").innerText();
  await size.fill("5100");
  await expect.poll(() => page.locator("output.answer").innerText()).not.toBe(before);
  await page.getByText("not confirmed: the server does not answer").waitFor();
  await bridge.open();
  await expect.poll(() => page.getByText("The server does not answer.").count(), { timeout: 30_000 }).toBe(0);
  expect(await size.inputValue()).toBe("5100");
  await size.fill("5200");
  await untilConfirmed(page);
  await bridge.cut();
});

test("the server goes away while somebody promotes: what was typed stays, and is sent when it is back", async () => {
  const bridge = new Bridge();
  await bridge.open();
  const { page } = await browser.visit("/models/small-homes", { at: `http://127.0.0.1:${bridge.port}` });
  await page.getByRole("button", { name: "Promote … v1" }).click();
  await page.getByLabel("Why?").fill("written before the server went");
  await bridge.cut();
  await page.getByRole("button", { name: "Promote", exact: true }).click();
  await page.getByRole("dialog").getByRole("alert").waitFor();
  expect(await page.getByLabel("Why?").inputValue()).toBe("written before the server went");
  await bridge.open();
  await page.getByRole("button", { name: "Promote", exact: true }).click();
  await page.getByText("production is on version 1 now.").waitFor();
  await ask("/v1/console/models/small-homes/rollback", { why: "back" });
  await bridge.cut();
});

test("an empty installation says what to do first", async () => {
  const { page } = await browser.visit("/");
  await page.route("**/v1/console/overview", (route) =>
    route.fulfill({ json: { at: new Date().toISOString(), version: "0.1.0", pipelines: [], attention: [] } }),
  );
  await page.reload();
  await page.getByRole("heading", { name: "Nothing is here yet" }).waitFor();
  await page.getByText("atalaya init my-model --from rows.csv").waitFor();
});

test("what another site asks for is refused, and a script in the address stays text", async () => {
  const other = await fetch(`${home()}/v1/console/models/small-homes/promote`, {
    method: "POST",
    headers: { "content-type": "application/json", "sec-fetch-site": "cross-site" },
    body: JSON.stringify({ version: 1, why: "theirs" }),
  });
  expect(other.status).toBe(403);
  const { page, complaints } = await browser.visit(
    `/audit?about=${encodeURIComponent("<script>document.title='taken'</script>")}`,
  );
  await page.getByText(/Nothing is known about/).waitFor();
  expect(await page.title()).toBe("Atalaya");
  expect(complaints).toEqual([]);
});

test("no such screen, no such version, no such run", async () => {
  const { page } = await browser.visit("/models/house-prices/999");
  await page.getByText("house-prices has no version 999").waitFor();
  await page.goto(`${home()}/runs/nothing`);
  await page.getByText("There is no run nothing.").waitFor();
});
