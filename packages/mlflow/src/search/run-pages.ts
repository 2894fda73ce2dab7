import { type Page, type RunSearch, runRevision, searchRunsFor } from "@atalaya/registry";
import { runPlanned, type Store, sql } from "@atalaya/store";
import { runText } from "../protocol/run-text.js";

type Database = Store["database"];

/** One state of a run: `number revision`. */
const stateColumn = sql`r.number || ' ' || ${runRevision} as state`;

interface Found {
  readonly state: string;
}

interface Made extends Found {
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
  /** Text by state; the one that was used longest ago comes first. States that have passed leave as those that nobody asks for. */
  readonly #kept = new Map<string, string>();
  #characters = 0;

  /** @param mostKept  characters of all texts that are kept: unless said otherwise, those of some 60,000 runs with ten values each */
  constructor(database: Database, mostKept = 32 * 1024 * 1024) {
    this.#database = database;
    this.#mostKept = mostKept;
  }

  /** Texts that are kept now. */
  get size(): number {
    return this.#kept.size;
  }

  /** JSON of the runs that a search finds, in its order. */
  async search(search: RunSearch): Promise<Page<string>> {
    const { items, hasMore } = await searchRunsFor<Found>(this.#database, search, stateColumn);
    const missing = items.flatMap((found) => (this.#kept.has(found.state) ? [] : [numberOf(found)]));
    if (missing.length === 0) return { items: items.map((found) => this.#take(found.state) ?? ""), hasMore };
    const known = new Map(items.map((found) => [numberOf(found), this.#take(found.state)]));
    for (const made of await this.#make(missing)) known.set(numberOf(made), made.text);
    // A run that was removed for good meanwhile is not there any more.
    return { items: items.flatMap((found) => known.get(numberOf(found)) ?? []), hasMore };
  }

  #take(state: string): string | null {
    const text = this.#kept.get(state);
    if (text === undefined) return null;
    this.#kept.delete(state);
    this.#kept.set(state, text);
    return text;
  }

  /** State and text are of one snapshot. */
  async #make(numbers: readonly number[]): Promise<readonly Made[]> {
    const query = sql<Made>`select ${stateColumn}, ${runText} from atalaya.tracked_runs as r where r.number = any(${numbers}::bigint[])`;
    const made = await runPlanned(this.#database, query, { mayPrepare: true });
    for (const one of made) this.#keep(one);
    return made;
  }

  #keep({ state, text }: Made): void {
    this.#forget(state);
    if (text.length > mostOfOne) return;
    this.#kept.set(state, text);
    this.#characters += text.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= this.#mostKept) break;
      this.#forget(oldest);
    }
  }

  #forget(state: string): void {
    this.#characters -= this.#kept.get(state)?.length ?? 0;
    this.#kept.delete(state);
  }
}

function numberOf({ state }: Found): number {
  return Number(state.slice(0, state.indexOf(" ")));
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
