import { createHmac } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store, sql } from "@atalaya/store";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  addWebhook,
  createModel,
  createRegistered,
  deliverWebhooks,
  listWebhooks,
  openRegistry,
  removeWebhook,
} from "../index.js";

let home: string;
let store: Store;
let server: Server;
let url: string;
/** Status of the next answers; 200 when there is none. */
let faults: number[] = [];
let received: { readonly headers: NodeJS.Dict<string | string[]>; readonly body: string }[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "atalaya-webhooks-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  store = await openStore({ home, databaseUrl: null, s3: null });
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const status = faults.shift() ?? 200;
      if (status === 200) received.push({ headers: request.headers, body });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/hook`;
});
afterAll(async () => {
  server.close();
  await store.close();
  rmSync(home, { recursive: true, force: true });
});
beforeEach(() => {
  faults = [];
  received = [];
});

async function newVersion(name: string) {
  const origin = {
    source: "s3://x",
    storageLocation: "s3://x",
    runId: null,
    runLink: null,
    modelId: null,
    description: null,
    tags: {},
  };
  return createRegistered(store.database, { name, ...origin });
}

test("an event is signed, sent until it is taken, and only to whom it was promised", async () => {
  const { id, secret } = await addWebhook(store.database, { url, events: ["alias.moved"] });
  await createModel(store.database, { name: "churn", description: null, tags: {} });
  await newVersion("churn");
  await openRegistry(store).promote({ pipeline: "churn", version: 1, alias: "production", who: "ana", why: "better" });
  expect(await listWebhooks(store.database)).toMatchObject([{ id, waiting: 1, givenUp: 0 }]);
  faults = [500, 302];
  const delivery = await deliverWebhooks(store, { pollMs: 20, firstPauseMs: 10 });
  await expect.poll(() => received.length).toBe(1);
  const [{ headers, body } = { headers: {}, body: "" }] = received;
  expect(JSON.parse(body)).toMatchObject({
    specversion: "1.0",
    type: "atalaya.alias.moved",
    subject: "churn@production",
    data: { model: "churn", from: null, to: 1, who: "ana", why: "better" },
  });
  const [event, at] = [String(headers["webhook-id"]), String(headers["webhook-timestamp"])];
  // As whoever receives it computes it, with what the specification says alone.
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const expected = createHmac("sha256", key).update(`${event}.${at}.${body}`).digest("base64");
  expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
  expect(Math.abs(Number(at) - Date.now() / 1_000)).toBeLessThan(60);
  await openRegistry(store).removeAlias({ pipeline: "churn", alias: "production", who: "ana", why: "old" });
  await expect.poll(() => received.length).toBe(2);
  await delivery.close();
  expect(await listWebhooks(store.database)).toMatchObject([{ waiting: 0 }]);
  await removeWebhook(store.database, id);
  expect(await listWebhooks(store.database)).toEqual([]);
});

test("several processes deliver at once: every event arrives once, and what one took and never sent arrives later", async () => {
  const { id } = await addWebhook(store.database, { url, events: ["version.registered"] });
  await createModel(store.database, { name: "many", description: null, tags: {} });
  const deliveries = await Promise.all([1, 2, 3].map(() => deliverWebhooks(store, { pollMs: 10 })));
  await Promise.all(Array.from({ length: 60 }, () => newVersion("many")));
  await expect.poll(() => received.length, { timeout: 20_000 }).toBe(60);
  for (const delivery of deliveries) await delivery.close();
  const subjects = new Set(received.map(({ body }) => (JSON.parse(body) as { subject: string }).subject));
  expect([received.length, subjects.size]).toEqual([60, 60]);
  // Claimed by a process that was killed before it sent: the claim ends by itself.
  await newVersion("many");
  const claim = sql`update atalaya.outbox set attempts = 1, next_at = now() + interval '300 milliseconds' where delivered_at is null`;
  expect((await claim.execute(store.database)).numAffectedRows).toBe(1n);
  const delivery = await deliverWebhooks(store, { pollMs: 20 });
  await expect.poll(() => received.length).toBe(61);
  await delivery.close();
  expect(await listWebhooks(store.database)).toMatchObject([{ waiting: 0, givenUp: 0 }]);
  await removeWebhook(store.database, id);
});

test("what was undone is not told, and what nobody takes is given up", async () => {
  const { id } = await addWebhook(store.database, { url, events: ["version.registered"] });
  await createModel(store.database, { name: "undone", description: null, tags: {} });
  await store.database
    .transaction()
    .execute(async (transaction) => {
      await createRegistered(transaction, {
        name: "undone",
        source: "s3://x",
        storageLocation: "s3://x",
        runId: null,
        runLink: null,
        modelId: null,
        description: null,
        tags: {},
      });
      throw new Error("undo");
    })
    .catch(() => undefined);
  expect(await listWebhooks(store.database)).toMatchObject([{ waiting: 0 }]);
  await newVersion("undone");
  faults = Array.from({ length: 12 }, () => 410);
  const givenUp: string[] = [];
  const delivery = await deliverWebhooks(store, {
    pollMs: 5,
    firstPauseMs: 0.01,
    onGivenUp: (_url, because) => givenUp.push(because),
  });
  await expect.poll(() => givenUp).toEqual(["it answered 410"]);
  await delivery.close();
  expect(received).toEqual([]);
  expect(await listWebhooks(store.database)).toMatchObject([{ waiting: 0, givenUp: 1 }]);
  await removeWebhook(store.database, id);
});

test("an address that is none is refused, and so is one with a password in it", async () => {
  for (const bad of ["x", "ftp://x/y", "file:///etc/passwd", "https://user:secret@x/"])
    await expect(addWebhook(store.database, { url: bad, events: ["run.ended"] })).rejects.toMatchObject({
      code: "REGISTRY_WEBHOOK_INVALID",
    });
  await expect(removeWebhook(store.database, "nobody")).rejects.toMatchObject({ code: "REGISTRY_WEBHOOK_UNKNOWN" });
});
