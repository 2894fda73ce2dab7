import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Api, Refusal } from "./api.js";

/** What of an object's metadata a watch reads itself. */
export interface Watched {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
}

export interface WatchTarget<Item extends Watched> {
  readonly path: string;
  readonly labelSelector: string;
  /** All that there is; called at the start, and again whenever the watch has to begin anew. */
  readonly onAll: (items: readonly Item[]) => void;
  readonly onChange: (item: Item) => void;
  readonly onGone: (item: Item) => void;
  /** The list is refused: it says why, and the watch goes on trying. */
  readonly onRefused: (refusal: Refusal) => void;
  /** Whether changes are heard of at the moment. */
  readonly onHearing: (isHearing: boolean) => void;
}

interface WatchEvent<Item> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: Item;
}

interface List<Item> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly Item[];
}

const PAGE = 500;
/** The server ends a watch after this time; a network that says nothing any more is noticed a little later. */
const WATCH_SECONDS = 240;
const SILENCE_MS = (WATCH_SECONDS + 30) * 1_000;
const LONGEST_PAUSE_MS = 5_000;

/** Follows objects until the signal fires: one list, then one watch, whose place is kept over interruptions. */
export async function keepWatching<Item extends Watched>(
  api: Api,
  target: WatchTarget<Item>,
  signal: AbortSignal,
): Promise<void> {
  let version: string | null = null;
  let pauseMs = 100;
  while (!signal.aborted) {
    try {
      version ??= await listAll(api, target, signal);
      const from: string | null = version;
      version = from === null ? null : await follow(api, target, from, signal);
      pauseMs = 100;
      if (version !== null) continue;
    } catch {
      // The server went away in the middle: the place in the watch is still good.
    }
    if (signal.aborted) return;
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** Place from which to watch; null: the list was refused. */
async function listAll<Item extends Watched>(api: Api, target: WatchTarget<Item>, signal: AbortSignal): Promise<string | null> {
  const items: Item[] = [];
  let next = "";
  for (;;) {
    const answer = await api.call<List<Item>>({
      method: "GET",
      path: target.path,
      query: { labelSelector: target.labelSelector, limit: String(PAGE), ...(next === "" ? {} : { continue: next }) },
      signal,
    });
    if (!answer.ok) {
      target.onRefused(answer);
      return null;
    }
    items.push(...answer.value.items);
    next = answer.value.metadata.continue ?? "";
    if (next !== "") continue;
    target.onAll(items);
    return answer.value.metadata.resourceVersion;
  }
}

/** Follows changes to the end of one watch. Returns the place reached; null: it is too old, and everything has to be listed. */
async function follow<Item extends Watched>(
  api: Api,
  target: WatchTarget<Item>,
  from: string,
  signal: AbortSignal,
): Promise<string | null> {
  const query = {
    watch: "1",
    labelSelector: target.labelSelector,
    resourceVersion: from,
    allowWatchBookmarks: "true",
    timeoutSeconds: String(WATCH_SECONDS),
  };
  const response = await api.open({ method: "GET", path: target.path, query, signal });
  response.setTimeout?.(SILENCE_MS, () => response.destroy());
  let version = from;
  try {
    if (response.statusCode !== 200) return null;
    target.onHearing(true);
    for await (const line of createInterface({ input: response })) {
      if (line === "") continue;
      const { type, object } = JSON.parse(line) as WatchEvent<Item>;
      if (type === "ERROR") return null;
      version = object.metadata.resourceVersion ?? version;
      if (type === "ADDED" || type === "MODIFIED") target.onChange(object);
      if (type === "DELETED") target.onGone(object);
    }
    return version;
  } catch (error) {
    if (signal.aborted) throw error;
    // What was seen is seen: the next watch goes on from there.
    return version;
  } finally {
    target.onHearing(false);
    response.destroy();
  }
}
