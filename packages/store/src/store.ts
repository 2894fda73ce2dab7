import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Settings } from "@atalaya/settings";
import type { Kysely } from "kysely";
import { type Batches, createBatches } from "./audit/batches.js";
import { createDatasets, type Datasets } from "./audit/datasets.js";
import { createDriftHistory, type DriftHistory } from "./audit/drift-history.js";
import { type AuditLog, createAuditLog } from "./audit/events.js";
import { createFeedback, type FeedbackTable } from "./audit/feedback.js";
import { createFlows, type Flows } from "./audit/flows.js";
import { createGivenAnswers, type GivenAnswers } from "./audit/given-answers.js";
import { InferenceCopy } from "./audit/inference-copy.js";
import { createInferences, type Inferences } from "./audit/inferences.js";
import { createKeptRows, type KeptRows } from "./audit/kept-rows.js";
import { createQuarantine, type Quarantine } from "./audit/quarantine.js";
import { createRuns, type Runs } from "./audit/runs.js";
import { createSchedules, type Schedules } from "./audit/schedules.js";
import { createDeployedServing, type DeployedServing } from "./audit/serving-rules.js";
import { createTasks, type Tasks } from "./audit/tasks.js";
import { connect } from "./database/connect.js";
import { createNotificationHub, type NotificationListener } from "./database/listener.js";
import type { Schema } from "./database/schema.js";
import { type LockSession, openLockSession } from "./locks/lock-session.js";
import { createDirectoryStore, sweepIncoming } from "./objects/directory-store.js";
import type { ObjectStore } from "./objects/object-store.js";
import { countObjectUse } from "./objects/object-use.js";
import { launchPostgres } from "./postgres/launcher.js";
import { createRemote, type Remote } from "./remote/remote.js";

/** PostgreSQL with its repositories, and the object store. */
export interface Store {
  readonly database: Kysely<Schema>;
  /** With its password: for libraries that open their own sessions. They must close them before `close`. */
  readonly databaseUrl: string;
  readonly objects: ObjectStore;
  readonly audit: AuditLog;
  readonly batches: Batches;
  readonly quarantine: Quarantine;
  readonly datasets: Datasets;
  readonly runs: Runs;
  readonly inferences: Inferences;
  readonly feedback: FeedbackTable;
  readonly givenAnswers: GivenAnswers;
  readonly serving: DeployedServing;
  readonly driftHistory: DriftHistory;
  readonly schedules: Schedules;
  readonly flows: Flows;
  readonly keptRows: KeptRows;
  /** Buckets and databases of others. */
  readonly remote: Remote;
  readonly tasks: Tasks;
  /** Hears a channel of NOTIFY, also after reconnecting; null as payload says that something may have been missed. Returns the end of it. */
  listen(channel: string, listener: NotificationListener): Promise<() => void>;
  /** A session for locks between processes; close it before `close`. */
  openLocks(): Promise<LockSession>;
  /** Ends the sessions, and the embedded server when no other process uses the home. Safe to call twice. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Told in one sentence about what takes long or surprises. */
  readonly onNotice?: (text: string) => void;
  /** How long an external PostgreSQL that does not answer yet is waited for. */
  readonly patienceMs?: number;
}

/**
 * Opens everything that lasts: starts or adopts the embedded PostgreSQL unless `databaseUrl` is set, brings its schema up to
 * this release, and opens the object store (S3 when set, else `<home>/objects`).
 *
 * Cost: 1.2 s for a new home, 0.2 s after that.
 *
 * @throws STORE_* of the launcher, the connection and the migrations
 */
export async function openStore(
  settings: Pick<Settings, "home" | "databaseUrl" | "s3">,
  options: StoreOptions = {},
): Promise<Store> {
  const sessionName = `atalaya ${process.pid} ${randomUUID().slice(0, 8)}`;
  let closing: Promise<void> | null = null;
  // Sessions that end because we close are no news.
  const onNotice = (text: string) => {
    if (closing === null) options.onNotice?.(text);
  };
  const embedded = settings.databaseUrl === null ? await launchPostgres(settings.home, { onNotice, sessionName }) : null;
  const databaseUrl = embedded?.url ?? settings.databaseUrl ?? "";
  const database = await connect(databaseUrl, { ...options, onNotice, sessionName }).catch(async (error: unknown) => {
    await embedded?.release();
    throw error;
  });
  const hub = createNotificationHub(databaseUrl, sessionName);
  const inferenceCopy = new InferenceCopy(databaseUrl, sessionName);
  const objects = await openObjects(settings);
  const remote = createRemote(settings.s3, sessionName);
  const close = async () => {
    await Promise.all([hub.close(), inferenceCopy.close()]);
    await database.destroy();
    objects.close();
    remote.close();
    await embedded?.release();
  };
  return {
    database,
    databaseUrl,
    objects: countObjectUse(objects.store),
    audit: createAuditLog(database),
    batches: createBatches(database),
    quarantine: createQuarantine(database),
    datasets: createDatasets(database),
    runs: createRuns(database),
    inferences: createInferences(database, inferenceCopy),
    feedback: createFeedback(database),
    givenAnswers: createGivenAnswers(database),
    serving: createDeployedServing(database),
    driftHistory: createDriftHistory(database),
    schedules: createSchedules(database),
    flows: createFlows(database),
    tasks: createTasks(database),
    keptRows: createKeptRows(databaseUrl, sessionName),
    remote,
    listen: (channel, listener) => hub.listen(channel, listener),
    openLocks: () => openLockSession(databaseUrl, sessionName),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

async function openObjects({ home, s3 }: Pick<Settings, "home" | "s3">): Promise<{ store: ObjectStore; close(): void }> {
  if (s3 !== null) {
    // The client takes a third of a second to load, which a laptop without S3 need not wait for.
    const { createS3Store } = await import("./objects/s3-store.js");
    const store = createS3Store(s3);
    return { store, close: () => store.close() };
  }
  const directory = join(home, "objects");
  // Only old leftovers are removed, so nothing waits for it and nothing depends on it.
  sweepIncoming(directory).catch(() => undefined);
  return { store: createDirectoryStore(directory), close: () => undefined };
}
