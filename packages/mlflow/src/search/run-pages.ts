import { type Page, type RunSearch, runRevision, searchRunsFor } from "@atalaya/registry";
import { runPlanned, type Store, sql } from "@atalaya/store";
import { runText } from "../protocol/run-text.js";

type Database = Store["database"];

interface Found {
  readonly number: number;
  readonly revision: string;
}

interface Kept extends Found {
  readonly text: string;
}

/** A longer text is made each time. */
const mostOfOne = 64 * 1024;

/**
 * Pages of searches as texts. What was made of a run is kept, and taken again while the run's revision is the same, which the search
 * itself says; so a list that is asked for again and again costs its search, not its runs.
 *
 * Cost of a page: one round trip; a second one for the runs that are new or were changed.
 */
export class RunPages {
  readonly #database: Database;
  readonly #mostKept: number;
  /** The one that was used longest ago comes first. */
  readonly #kept = new Map<number, Kept>();
  #characters = 0;

  /** @param mostKept  characters of all texts that are kept: unless said otherwise, those of some 60,000 runs with ten values each */
  constructor(database: Database, mostKept = 32 * 1024 * 1024) {
    this.#database = database;
    this.#mostKept = mostKept;
  }

  /** Runs whose texts are kept now. */
  get size(): number {
    return this.#kept.size;
  }

  /** JSON of the runs that a search finds, in its order. */
  async search(search: RunSearch): Promise<Page<string>> {
    const { items, hasMore } = await searchRunsFor<Found>(this.#database, search, sql`r.number, ${runRevision} as revision`);
    const texts = new Map<number, string>();
    const missing: number[] = [];
    for (const { number, revision } of items) {
      const kept = this.#take(number, revision);
      if (kept === null) missing.push(number);
      else texts.set(number, kept);
    }
    if (missing.length > 0) for (const made of await this.#make(missing)) texts.set(made.number, made.text);
    // A run that was removed for good meanwhile is not there any more.
    return { items: items.flatMap(({ number }) => texts.get(number) ?? []), hasMore };
  }

  #take(number: number, revision: string): string | null {
    const kept = this.#kept.get(number);
    if (kept === undefined || kept.revision !== revision) return null;
    this.#kept.delete(number);
    this.#kept.set(number, kept);
    return kept.text;
  }

  /** Revision and text are of one snapshot. */
  async #make(numbers: readonly number[]): Promise<readonly Kept[]> {
    const query = sql<Kept>`select r.number, ${runRevision} as revision, ${runText}
      from atalaya.tracked_runs as r where r.number = any(${numbers}::bigint[])`;
    const made = await runPlanned(this.#database, query, { mayPrepare: true });
    for (const one of made) this.#keep(one);
    return made;
  }

  #keep(made: Kept): void {
    this.#forget(made.number);
    if (made.text.length > mostOfOne) return;
    this.#kept.set(made.number, made);
    this.#characters += made.text.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= this.#mostKept) break;
      this.#forget(oldest);
    }
  }

  #forget(number: number): void {
    const kept = this.#kept.get(number);
    if (kept === undefined) return;
    this.#kept.delete(number);
    this.#characters -= kept.text.length;
  }
}

const pagesOf = new WeakMap<Database, RunPages>();

/** The pages of a database: what was made of its runs is kept once. */
export function runPages(database: Database): RunPages {
  const known = pagesOf.get(database);
  if (known !== undefined) return known;
  const pages = new RunPages(database);
  pagesOf.set(database, pages);
  return pages;
}
