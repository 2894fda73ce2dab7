import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { lastJson, run, start, until, withHome } from "./command.js";

const project = `import { atLeast, column, dataset, files, gradientBoosting, onNewBatch, pipeline, setting, shuffled } from "@atalaya/define";

const homes = dataset("homes", { price: column.number({ min: 1 }), bed: column.integer(), size: column.number() });
export const prices = pipeline("prices")
  .ingest(homes, files(setting.url("HOMES")))
  .validate({ maxRejected: 0.5 })
  .features(homes.features({ target: "price" }))
  .split(shuffled({ test: 0.2, seed: 1 }))
  .train({ seed: 1 }, gradientBoosting({ trees: 10, leaves: 8 }))
  .evaluate({ metrics: ["r2"] })
  .gate(atLeast("r2", 0.3))
  .promote("production")
  .retrain(onNewBatch());
`;

interface Audit {
  readonly kind: string;
  readonly prediction: { readonly id: string; readonly inputs: unknown; readonly answers: unknown } | null;
  readonly versions: readonly {
    readonly pipeline: string;
    readonly version: number;
    readonly code: string | null;
    readonly parameters: unknown;
    readonly metrics: Readonly<Record<string, number>>;
    readonly reasons: readonly string[];
    readonly live: readonly { readonly from: string; readonly until: string | null }[];
    readonly moves: readonly { readonly action: string; readonly who: string; readonly why: string }[];
    readonly lineage: {
      readonly batches: readonly { readonly rowsRead: number; readonly rowsQuarantined: number; readonly sha256: string }[];
    };
  }[];
}

const batch = (start: number, bad: number): string =>
  `price,bed,size\n${Array.from({ length: 300 }, (_, row) => {
    const [bed, size] = [row % 5, 600 + (((start + row) * 7_919) % 1_200)];
    return `${row < bad ? -1 : 50_000 + 30_000 * bed + 100 * size},${bed},${size}`;
  }).join("\n")}\n`;

test("a prediction and a moment lead to version, batches, code, gates and who put it live", { timeout: 180_000 }, () =>
  withHome(async (home) => {
    const folder = join(home, "..", "project");
    const come = join(home, "..", "come");
    for (const each of [folder, come]) mkdirSync(each, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"name":"audited","type":"module","atalaya":{"pipelines":["prices.ts"]}}');
    writeFileSync(join(folder, "prices.ts"), project);
    writeFileSync(join(come, "1.csv"), batch(0, 7));
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const base = `http://127.0.0.1:${port}/v1/pipelines/prices`;
    const env = { HOMES: come };
    const before = new Date();
    const up = start(["up", "--project", folder, "--port", String(port), "--every", "1"], { home, env });
    try {
      const isLive = (version: number) => (): Promise<true | null> =>
        fetch(base)
          .then(async (answer) => (((await answer.json()) as { version: number }).version === version ? (true as const) : null))
          .catch(() => null);
      const ask = async (): Promise<string> => {
        const body = JSON.stringify({ bed: 3, size: 900 });
        const answer = await fetch(`${base}/predict`, { method: "POST", headers: { "content-type": "application/json" }, body });
        return ((await answer.json()) as { id: string }).id;
      };
      await until(up, 60_000, isLive(1));
      const id = await ask();
      const whileFirst = new Date();
      await wait(50);
      writeFileSync(join(come, "2.csv"), batch(300, 0));
      await until(up, 60_000, isLive(2));
      const whileSecond = new Date();
      const words = (...asked: string[]): string[] => [...asked, "--project", folder, "--json"];
      await wait(50);
      const back = await run(words("models", "rollback", "prices", "--because", "a complaint"), { home, env });
      expect([back.code, back.stderr]).toEqual([0, expect.anything()]);
      const audit = async (...asked: string[]): Promise<Audit> => lastJson(await run(words("audit", ...asked), { home, env }));
      // Answers are written by the server in blocks: the id is known a moment later.
      const prediction = await until(up, 30_000, () => audit("prediction", id).catch(() => null));
      expect([prediction.kind, prediction.prediction?.id, prediction.prediction?.inputs]).toEqual([
        "prediction",
        id,
        expect.anything(),
      ]);
      const [version] = prediction.versions;
      expect(version).toMatchObject({ pipeline: "prices", version: 1, code: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(version?.lineage.batches.map(({ rowsRead, rowsQuarantined }) => [rowsRead, rowsQuarantined])).toEqual([[300, 7]]);
      expect(version?.reasons.join()).toContain("r2");
      expect(version?.metrics["r2"]).toBeGreaterThan(0.3);
      expect(version?.moves.map(({ action, why }) => [action, why])).toContainEqual(["rollback", "a complaint"]);
      expect(version?.live).toMatchObject([{ until: expect.any(String) }, { until: null }]);

      const versionAt = async (time: Date): Promise<number[]> =>
        (await audit("at", time.toISOString())).versions.map(({ version: number }) => number);
      expect(await versionAt(before)).toEqual([]);
      expect(await versionAt(whileFirst)).toEqual([1]);
      expect(await versionAt(whileSecond)).toEqual([2]);
      expect(await versionAt(new Date())).toEqual([1]);
      const page = await run(["audit", "prediction", id, "--project", folder], { home, env });
      expect(page.stdout).toMatch(/answered[\s\S]*prices v1[\s\S]*300 rows in, 293 taken, 7 refused/);
      const unknown = await run(["audit", "prediction", "01988c3e-0000-7000-8000-000000000000", "--project", folder], {
        home,
        env,
      });
      expect([unknown.code === 0, unknown.stderr]).toEqual([false, expect.stringContaining("01988c3e")]);
    } finally {
      up.child.kill("SIGKILL");
      await up.finished;
    }
  }),
);
