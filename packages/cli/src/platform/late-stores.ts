import type { Registry } from "@atalaya/registry";
import {
  type AnswerStore,
  type ModelSource,
  type PredictionSink,
  registryModels,
  storedPredictions,
  storedUpkeep,
  type TruthStore,
  type UpkeepStore,
} from "@atalaya/serve";
import type { Settings } from "@atalaya/settings";
import type { Store } from "@atalaya/store";

/** Facts, bytes and models that may not be there yet: a server starts without them, and whoever needs them asks again. */
export interface LateStores {
  readonly models: ModelSource;
  readonly sink: PredictionSink;
  readonly truth: TruthStore;
  readonly answers: AnswerStore;
  readonly upkeep: UpkeepStore;
  open(): Promise<OpenStores>;
  close(): Promise<void>;
}

interface OpenStores {
  readonly store: Store;
  readonly registry: Registry;
}

/** An outage is met by the disk, not by waiting. */
const PATIENCE_MS = 2_000;

export function lateStores(settings: Settings, say: (line: string) => void): LateStores {
  let opening: Promise<OpenStores> | null = null;
  const open = (): Promise<OpenStores> => {
    opening ??= openBoth(settings, say).catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };
  const models = async () => {
    const { registry, store } = await open();
    return registryModels(registry, store.serving);
  };
  return {
    open,
    models: {
      load: async (pipeline, wanted) => (await models()).load(pipeline, wanted),
      rulesOf: async (pipeline) => (await (await models()).rulesOf?.(pipeline)) ?? null,
      versionOf: async (pipeline, alias) => (await models()).versionOf(pipeline, alias),
      onChange: async (pipeline, callback) => (await models()).onChange(pipeline, callback),
    },
    sink: { write: async (records) => storedPredictions((await open()).store).write(records) },
    truth: {
      record: async (labels) => (await open()).store.feedback.record(labels),
      labelled: async (filter) => (await open()).store.feedback.labelled(filter),
    },
    answers: {
      claim: async (request) => (await open()).store.givenAnswers.claim(request),
      keep: async (key, claim, answer) => (await open()).store.givenAnswers.keep(key, claim, answer),
      release: async (key, claim) => (await open()).store.givenAnswers.release(key, claim),
      removeBefore: async (time) => (await open()).store.givenAnswers.removeBefore(time),
    },
    upkeep: storedUpkeep(async () => (await open()).store),
    close: async () => {
      const opened = await opening?.catch(() => null);
      await opened?.store.close();
    },
  };
}

/** Loaded when they are needed: a service that has its model on disk answers before PostgreSQL's driver is read. */
async function openBoth(settings: Settings, say: (line: string) => void): Promise<OpenStores> {
  const [{ openStore }, { openRegistry }] = await Promise.all([import("@atalaya/store"), import("@atalaya/registry")]);
  const store = await openStore(settings, { onNotice: say, patienceMs: PATIENCE_MS });
  return { store, registry: openRegistry(store) };
}
