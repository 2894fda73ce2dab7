import { expect, test } from "vitest";
import { lastJson, run, start, until, withHome } from "./command.js";
import type { RunResult } from "./run-result.js";

interface Explained {
  readonly explanation: {
    readonly base: number;
    readonly output: number;
    readonly effects: readonly { readonly effect: number }[];
  };
}

const home = {
  bed: 3,
  bath: 2,
  houseSize: 1_800,
  acreLot: 0.15,
  status: "for_sale",
  city: "Seattle",
  state: "Washington",
  zipCode: "98117",
};

async function post(url: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("from nothing to a served, explained prediction, and again in seconds", { timeout: 300_000 }, () =>
  withHome(async (folder) => {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const base = `http://127.0.0.1:${port}`;
    const ready = async (): Promise<true | null> =>
      fetch(`${base}/ready`).then(
        (response) => (response.ok ? true : null),
        () => null,
      );

    const first = start(["up", "--port", String(port)], { home: folder });
    await until(first, 240_000, ready);
    const priced = await post(`${base}/v1/pipelines/house-prices/predict`, home);
    expect(priced.status).toBe(200);
    const explained = await post(`${base}/v1/pipelines/house-prices/explain`, home);
    const { explanation } = explained.body as unknown as Explained;
    const sum = explanation.effects.reduce((total, { effect }) => total + effect, explanation.base);
    expect(Math.abs(sum - explanation.output) / Math.abs(explanation.output)).toBeLessThan(1e-9);
    const wrong = await post(`${base}/v1/pipelines/house-prices/predict`, { ...home, bed: "three" });
    expect(wrong.status).toBe(422);
    expect(JSON.stringify(wrong.body)).toContain("bed");
    const anomalies = (await (await fetch(`${base}/v1/pipelines/network-anomalies`)).json()) as Record<string, unknown>;
    expect(anomalies["version"]).toBe(1);
    first.child.kill("SIGINT");
    expect((await first.finished).code).toBe(0);

    const second = start(["up", "--port", String(port)], { home: folder });
    await until(second, 30_000, ready);
    const again = await post(`${base}/v1/pipelines/house-prices/predict`, home);
    expect(again.body["prediction"]).toEqual(priced.body["prediction"]);
    second.child.kill("SIGINT");
    expect((await second.finished).code).toBe(0);
  }),
);

test("King County: R² of at least 0.88, and the same rows give the same model", { timeout: 300_000 }, () =>
  withHome(async (folder) => {
    const result = lastJson<RunResult>(await run(["run", "house-prices", "--json"], { home: folder }));
    console.log(JSON.stringify(result));
    expect(result.verdict).toBe("promoted");
    expect(result.metrics["r2"]).toBeGreaterThanOrEqual(0.88);
    expect(result.rows).toEqual({ read: 21_613, accepted: 21_613, quarantined: 0 });
    const again = lastJson<RunResult>(await run(["run", "house-prices", "--json"], { home: folder }));
    expect([again.model, again.version]).toEqual([result.model, result.version]);
    const elsewhere = await withHome(async (other) =>
      lastJson<RunResult>(await run(["run", "house-prices", "--json"], { home: other })),
    );
    expect(elsewhere.model).toBe(result.model);
  }),
);
