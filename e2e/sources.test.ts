import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore, sql } from "../packages/store/dist/index.js";
import { startS3Server } from "../packages/store/dist/test/s3-server.js";
import { type Finished, lastJson, run, withHome } from "./command.js";
import type { RunResult } from "./run-result.js";

const project = `import { atLeast, column, dataset, files, gradientBoosting, pipeline, postgresRows, setting, shuffled } from "@atalaya/define";

const homes = dataset("homes", { price: column.number({ min: 1 }), bed: column.integer(), size: column.number() });
const features = homes.features({ target: "price" });
const rest = (from: ReturnType<typeof files>, name: string) =>
  pipeline(name)
    .ingest(homes, from)
    .validate({ maxRejected: 0.1 })
    .features(features)
    .split(shuffled({ test: 0.2, seed: 1 }))
    .train({ seed: 1 }, gradientBoosting({ trees: 10, leaves: 8 }))
    .evaluate({ metrics: ["r2"] })
    .gate(atLeast("r2", 0.3))
    .promote("production");
export const objects = rest(files(setting.url("HOMES_BUCKET")), "objects");
export const rows = rest(
  postgresRows(setting.url("HOMES_DATABASE"), {
    query: "select id, changed, price, bed, size from public.homes",
    watermark: "changed",
    key: ["id"],
    batchRows: 400,
  }),
  "rows",
);
`;

/** A frame of one stored block, without a checksum: what a writer of zstd may make of data that it cannot compress. */
function zstd(text: string): Buffer {
  const content = Buffer.from(text);
  const head = Buffer.alloc(3);
  head.writeUIntLE((content.length << 3) | 1, 0, 3);
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]), head, content]);
}

const home = (row: number): [price: number, bed: number, size: number] => {
  const [bed, size] = [row % 5, 600 + ((row * 7_919) % 1_200)];
  return [50_000 + 30_000 * bed + 100 * size, bed, size];
};
const csv = (start: number, rows: number): string =>
  `price,bed,size\n${Array.from({ length: rows }, (_, row) => home(start + row).join(",")).join("\n")}\n`;

function resultOf(finished: Finished): RunResult {
  if (finished.code !== 0) throw new Error(finished.stdout + finished.stderr);
  return lastJson<RunResult>(finished);
}

function writeProject(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"name":"sources","type":"module","atalaya":{"pipelines":["sources.ts"]}}');
  writeFileSync(join(folder, "sources.ts"), project);
  return folder;
}

test("objects of a bucket, compressed or not, are batches once, whatever the server does on the way", { timeout: 120_000 }, () =>
  withHome(async (state) => {
    const folder = writeProject(join(state, "..", "project"));
    const server = await startS3Server();
    try {
      const put = (key: string, bytes: Buffer): unknown => server.buckets.get("lake")?.set(key, { bytes, metadata: {} });
      server.buckets.set("lake", new Map());
      put("homes/2026/a.csv", Buffer.from(csv(0, 300)));
      put("homes/2026/b.csv.zst", zstd(csv(300, 300)));
      put("homes-old/c.csv", Buffer.from(csv(600, 300)));
      const env = { HOMES_BUCKET: `s3://key:secret@lake/homes?endpoint=${server.url}` };
      const take = async (): Promise<RunResult> =>
        resultOf(await run(["run", "objects", "--project", folder, "--json"], { home: state, env }));
      server.faults.push(503);
      const first = await take();
      expect([first.verdict, first.rows]).toEqual(["promoted", { read: 600, accepted: 600, quarantined: 0 }]);
      put("homes/2026/0-late.csv", Buffer.from(csv(900, 100)));
      const gets = (): number => server.requests.filter((each) => each.startsWith("GET /lake/homes")).length;
      const before = gets();
      expect((await take()).rows.read).toBe(700);
      expect(gets() - before).toBe(1);
    } finally {
      await server.close();
    }
  }),
);

test("rows of PostgreSQL come in batches behind the watermark, none twice", { timeout: 120_000 }, () =>
  withHome(async (state) => {
    const folder = writeProject(join(state, "..", "project"));
    // The embedded server stands for somebody's database; it stays up while this test holds it.
    const store = await openStore({ home: join(state, "..", "theirs"), databaseUrl: null, s3: null });
    try {
      await sql`create table public.homes (id bigint primary key, changed timestamptz, price numeric, bed int, size float8)`.execute(
        store.database,
      );
      const insert = async (start: number, rows: number): Promise<void> => {
        const values = Array.from({ length: rows }, (_, row) => [start + row, ...home(start + row)]);
        await sql`insert into public.homes select (v->>0)::bigint, timestamptz '2026-01-01' + ((v->>0)::int / 100) * interval '1 minute',
          (v->>1)::numeric, (v->>2)::int, (v->>3)::float8 from jsonb_array_elements(${JSON.stringify(values)}::jsonb) v`.execute(
          store.database,
        );
      };
      const env = { HOMES_DATABASE: store.databaseUrl };
      const take = async (): Promise<RunResult> =>
        resultOf(await run(["run", "rows", "--project", folder, "--json"], { home: state, env }));
      await insert(0, 1_000);
      expect((await take()).rows).toEqual({ read: 1_000, accepted: 1_000, quarantined: 0 });
      await insert(1_000, 50);
      const second = await take();
      expect([second.verdict, second.rows.read]).toEqual(["promoted", 1_050]);
      expect((await take()).rows.read).toBe(1_050);
    } finally {
      await store.close();
    }
  }),
);
