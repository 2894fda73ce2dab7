import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StoredModel } from "./model-source.js";
import { NO_RULES, type ServingRules } from "./serving-rules.js";

/** What lies beside the bytes. */
interface Card {
  readonly version: number;
  readonly hash: string;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly run: string | null;
  readonly rules: ServingRules;
}

/** The last good version of each pipeline and alias on local disk: what a service starts with while its models cannot be reached. */
export interface LastGoodModels {
  /** null: there is none that can be read. Whether it can be trusted its checksum and replay say. */
  load(pipeline: string, alias: string): Promise<StoredModel | null>;
  keep(pipeline: string, alias: string, model: StoredModel): Promise<void>;
  /** The alias is on no version any more. */
  forget(pipeline: string, alias: string): Promise<void>;
}

/** Keeps them in a directory: `<pipeline>/<alias>.json` names `<pipeline>/<hash>.bundle`. Each file appears as a whole or not at all. */
export function lastGoodModels(directory: string): LastGoodModels {
  const cardPath = (pipeline: string, alias: string) => join(directory, pipeline, `${alias}.json`);
  return {
    async load(pipeline, alias) {
      try {
        const card = JSON.parse(await readFile(cardPath(pipeline, alias), "utf8")) as Card;
        const bytes = await readFile(join(directory, pipeline, `${card.hash}.bundle`));
        return { ...card, rules: card.rules ?? NO_RULES, bytes: new Uint8Array(bytes) };
      } catch {
        return null;
      }
    },
    async keep(pipeline, alias, { version, hash, metrics, bytes, run = null, rules = NO_RULES }) {
      const folder = join(directory, pipeline);
      await mkdir(folder, { recursive: true });
      await writeWhole(join(folder, `${hash}.bundle`), bytes);
      await writeWhole(cardPath(pipeline, alias), JSON.stringify({ version, hash, metrics, run, rules } satisfies Card));
      await sweep(folder);
    },
    forget: (pipeline, alias) => rm(cardPath(pipeline, alias), { force: true }),
  };
}

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const incoming = `${path}.${process.pid}.incoming`;
  await writeFile(incoming, content);
  await rename(incoming, path);
}

/** Removes bundles that no alias names. */
async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder);
  const cards = names.filter((name) => name.endsWith(".json"));
  const used = new Set(
    await Promise.all(
      cards.map(async (name) => `${(JSON.parse(await readFile(join(folder, name), "utf8")) as Card).hash}.bundle`),
    ),
  );
  const unused = names.filter((name) => name.endsWith(".bundle") && !used.has(name));
  await Promise.all(unused.map((name) => rm(join(folder, name), { force: true })));
}
