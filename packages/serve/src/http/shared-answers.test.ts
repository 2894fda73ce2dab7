import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LinearServer, linearServer } from "../test/linear-server.js";
import { MemoryAnswers } from "../test/memory-answers.js";

let store: MemoryAnswers;
let replicas: LinearServer[];

beforeEach(async () => {
  store = new MemoryAnswers();
  replicas = [await linearServer(["homes"], { answers: store }), await linearServer(["homes"], { answers: store })];
});
afterEach(() => Promise.all(replicas.map((replica) => replica.close())));

async function ask(replica: number, key: string, body: object = { bed: 3 }) {
  const headers = { "idempotency-key": key, "x-client-id": "shop" };
  const response = await replicas[replica]!.app.inject({ method: "POST", url: "/predict", payload: body, headers });
  return { status: response.statusCode, text: response.body, repeated: response.headers["idempotency-replayed"] };
}

describe("a key that two replicas are sent", () => {
  it("has one answer, byte for byte", async () => {
    const first = await ask(0, "order-1");
    expect(first).toMatchObject({ status: 200, repeated: undefined });
    expect(await ask(1, "order-1")).toEqual({ ...first, repeated: "true" });
    expect((await ask(1, "order-2")).text).not.toBe(first.text);
  });

  it("is answered once when both get it at the same time", async () => {
    const answers = await Promise.all([0, 1, 0, 1, 1, 0].map((replica) => ask(replica, "at once")));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ repeated }) => repeated === undefined)).toHaveLength(1);
  });

  it("stands for one body", async () => {
    await ask(0, "order-1");
    expect(await ask(1, "order-1", { bed: 4 })).toMatchObject({ status: 422 });
  });

  it("is free again after a failure", async () => {
    expect((await ask(0, "bad", { bed: "x" })).status).toBe(422);
    expect((await ask(1, "bad", { bed: 3 })).status).toBe(200);
  });

  it("is answered by each of them while the store is away", async () => {
    store.isAway = true;
    const first = await ask(0, "order-1");
    expect(first.status).toBe(200);
    expect(await ask(0, "order-1")).toEqual({ ...first, repeated: "true" });
    expect(await ask(1, "order-1")).toMatchObject({ status: 200, repeated: undefined });
  });
});
