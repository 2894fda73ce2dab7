import type { Store } from "@atalaya/store";
import { type AliasListener, watchAliases } from "./alias-watch.js";
import {
  type AliasMove,
  type AliasMoveEntry,
  type AliasRemoval,
  type AliasState,
  findAlias,
  type Promotion,
  promote,
  type Rollback,
  removeAlias,
  rollback,
} from "./aliases.js";
import { errors } from "./errors.js";
import {
  findVersion,
  listVersions,
  type ModelVersion,
  type NewVerdict,
  type NewVersion,
  pipelines,
  registerVersion,
  type VerdictEntry,
  type VersionChoice,
  writeVerdict,
} from "./versions.js";

/** A model as bytes, with what it is. */
export interface LoadedBundle {
  readonly version: number;
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** Everything that was decided about the versions of a pipeline, the newest first. */
export interface ModelHistory {
  readonly verdicts: readonly VerdictEntry[];
  readonly moves: readonly AliasMoveEntry[];
}

/** Versions of models, the aliases on them, and who decided what and why. */
export interface Registry {
  /**
   * Gives a model its number: 1, 2, 3… without gaps for a pipeline. The same hash gives the version that is there; either
   * way the verdict of the run is kept.
   *
   * @throws REGISTRY_HASH_MISMATCH
   */
  registerVersion(version: NewVersion): Promise<{ version: number; created: boolean }>;
  /** Keeps a verdict, one for a version and run; the version shows the last. @throws REGISTRY_VERSION_UNKNOWN, REGISTRY_PIPELINE_UNKNOWN */
  recordVerdict(verdict: NewVerdict): Promise<void>;
  /** Moves an alias in one transaction with its history. @throws REGISTRY_ALIAS_INVALID, REGISTRY_PIPELINE_UNKNOWN, REGISTRY_VERSION_UNKNOWN */
  promote(promotion: Promotion): Promise<AliasMove>;
  /** Moves an alias back by one. @throws REGISTRY_ALIAS_UNKNOWN, REGISTRY_NOTHING_TO_ROLL_BACK, REGISTRY_PIPELINE_UNKNOWN */
  rollback(request: Rollback): Promise<AliasMove>;
  /** Takes an alias away; returns the version that carried it, or null. */
  removeAlias(request: AliasRemoval): Promise<number | null>;
  /** What carries an alias now; null when nothing does. */
  aliasOf(pipeline: string, alias: string): Promise<AliasState | null>;
  /** @throws REGISTRY_PIPELINE_UNKNOWN, REGISTRY_VERSION_UNKNOWN, REGISTRY_ALIAS_UNKNOWN */
  versionOf(pipeline: string, choice: VersionChoice): Promise<ModelVersion>;
  /** Names of the pipelines that have versions. */
  pipelines(): Promise<string[]>;
  /** Versions of a pipeline (or of all), the newest first. @throws REGISTRY_PIPELINE_UNKNOWN */
  list(pipeline?: string, limit?: number): Promise<ModelVersion[]>;
  /** @throws REGISTRY_PIPELINE_UNKNOWN */
  history(pipeline: string, limit?: number): Promise<ModelHistory>;
  /**
   * Bytes of a model, whose SHA-256 is its hash.
   *
   * @throws STORE_OBJECT_CORRUPT, STORE_OBJECT_MISSING, REGISTRY_HASH_MISMATCH and those of `versionOf`
   */
  loadBundle(pipeline: string, choice: VersionChoice): Promise<LoadedBundle>;
  /** Tells of every change of a pipeline's aliases from now on, once each; returns the end of it. The listener must not throw. */
  onAliasChange(pipeline: string, listener: AliasListener): Promise<() => void>;
}

export interface RegistryOptions {
  /** Time between looks at the aliases, for when notifications do not come. */
  readonly pollMs?: number;
}

export function openRegistry(store: Store, { pollMs = 5_000 }: RegistryOptions = {}): Registry {
  const { database } = store;
  return {
    registerVersion: (version) => registerVersion(database, version),
    async recordVerdict(verdict) {
      await findVersion(database, verdict.pipeline, { version: verdict.version });
      await database.transaction().execute((transaction) => writeVerdict(transaction, verdict));
    },
    promote: (promotion) => promote(database, promotion),
    rollback: (request) => rollback(database, request),
    removeAlias: (request) => removeAlias(database, request),
    aliasOf: (pipeline, alias) => findAlias(database, pipeline, alias),
    versionOf: (pipeline, choice) => findVersion(database, pipeline, choice),
    pipelines: () => pipelines(database),
    list: (pipeline, limit = 1_000) => listVersions(database, pipeline ?? null, limit),
    history: (pipeline, limit = 1_000) => history(store, pipeline, limit),
    loadBundle: (pipeline, choice) => loadBundle(store, pipeline, choice),
    onAliasChange: (pipeline, listener) => watchAliases(store, pipeline, listener, pollMs),
  };
}

async function history({ database }: Store, pipeline: string, limit: number): Promise<ModelHistory> {
  // Only for its error: a pipeline that nobody registered has no history, rather than an empty one.
  await listVersions(database, pipeline, 1);
  const [verdicts, moves] = await Promise.all([
    database.selectFrom("modelHistory").selectAll().where("pipeline", "=", pipeline).orderBy("id", "desc").limit(limit).execute(),
    database.selectFrom("aliasHistory").selectAll().where("pipeline", "=", pipeline).orderBy("id", "desc").limit(limit).execute(),
  ]);
  return { verdicts, moves };
}

async function loadBundle(store: Store, pipeline: string, choice: VersionChoice): Promise<LoadedBundle> {
  const { version, hash, bundle } = await findVersion(store.database, pipeline, choice);
  if (bundle.sha256 !== hash) throw errors.HASH_MISMATCH({ pipeline, hash, found: bundle.sha256 });
  return { version, hash, bytes: await store.objects.get(bundle) };
}
