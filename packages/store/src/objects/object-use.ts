import type { ObjectStore } from "./object-store.js";

const COUNTED = ["put", "get", "download", "has", "writtenAt", "remove"] as const;

/** What a process asked of the object store so far. */
export interface ObjectUse {
  readonly operation: (typeof COUNTED)[number];
  readonly done: number;
  readonly failed: number;
  readonly seconds: number;
}

const useByStore = new WeakMap<ObjectStore, ReadonlyMap<string, ObjectUse>>();

/** Counts and times what is asked of a store; `objectUse` tells it. Listing is not timed: it lasts as long as its reader likes. */
export function countObjectUse(store: ObjectStore): ObjectStore {
  const uses = new Map(COUNTED.map((operation) => [operation as string, { operation, done: 0, failed: 0, seconds: 0 }]));
  const counted = async <Result>(operation: ObjectUse["operation"], work: () => Promise<Result>): Promise<Result> => {
    const use = uses.get(operation)!;
    const start = performance.now();
    try {
      const result = await work();
      use.done++;
      return result;
    } catch (error) {
      use.failed++;
      throw error;
    } finally {
      use.seconds += (performance.now() - start) / 1_000;
    }
  };
  const counting: ObjectStore = {
    location: store.location,
    put: (...given) => counted("put", () => store.put(...given)),
    get: (...given) => counted("get", () => store.get(...given)),
    download: (...given) => counted("download", () => store.download(...given)),
    has: (...given) => counted("has", () => store.has(...given)),
    writtenAt: (...given) => counted("writtenAt", () => store.writtenAt(...given)),
    remove: (...given) => counted("remove", () => store.remove(...given)),
    list: (...given) => store.list(...given),
  };
  useByStore.set(counting, uses);
  return counting;
}

/** Use of the store of a process, by operation; empty for a store that is not counted. */
export function objectUse(store: ObjectStore): readonly ObjectUse[] {
  return [...(useByStore.get(store)?.values() ?? [])];
}
