import { hostname } from "node:os";
import { DBOS } from "@dbos-inc/dbos-sdk";
import type { RecordedStep } from "../control/retry-plan.js";

/** Bump when steps are renamed or their order changes: runs in flight cannot be continued across it. */
const WORKFLOW_VERSION = "2";

/** The body of every workflow: carries a run of a pipeline out and returns its result as JSON. */
export type WorkflowBody = (run: string, pipeline: string, definition: string, trigger: string) => Promise<unknown>;

/** A started or continued run. */
export interface EngineRun {
  result(): Promise<unknown>;
}

/** Durable workflows in PostgreSQL, for one process. */
export interface Engine {
  start(run: string, pipeline: string, definition: string, trigger: string): Promise<EngineRun>;
  /** Continues a run whose process is gone. The caller has made sure of that. */
  resume(run: string, pipeline: string, definition: string, trigger: string): Promise<EngineRun>;
  cancel(run: string): Promise<void>;
  /** True when the run's workflow was cancelled, by whichever process. */
  isCancelled(run: string): Promise<boolean>;
  /** What the engine keeps of a run, in order; null when it keeps nothing that this release could go on with. */
  recorded(run: string): Promise<RecordedStep[] | null>;
  /** Starts `again` with the pieces of `run` that are below a number as its own. */
  fork(run: string, again: string, firstPiece: number): Promise<EngineRun>;
  close(): Promise<void>;
}

/**
 * DBOS is one per process, and so is its registry of workflow functions; the function is registered once, and the body
 * behind it is that of the engine that is open.
 */
let body: WorkflowBody | null = null;

const workflow = DBOS.registerWorkflow(
  (run: string, pipeline: string, definition: string, trigger: string) => {
    if (body === null) throw new Error("The engine is closed.");
    // A retried workflow has the arguments of the one before, and an id of its own.
    return body(DBOS.workflowID ?? run, pipeline, definition, trigger);
  },
  { name: "atalaya-pipeline" },
);

export interface EngineOptions {
  readonly databaseUrl: string;
  /** Which of the processes on this database this is: 0, 1, …; no two living ones share a number. */
  readonly slot: number;
  readonly body: WorkflowBody;
  readonly onWarning: (text: string) => void;
}

/**
 * Opens the engine. DBOS itself recovers nothing: every process has an executor id of its own, and whoever holds a
 * pipeline's lock decides which run to continue. So a run is never continued by a process that does not know its pipeline.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { databaseUrl, slot, onWarning } = options;
  const queue = `atalaya-process-${slot}`;
  body = options.body;
  DBOS.setConfig({
    name: "atalaya",
    systemDatabaseUrl: databaseUrl,
    systemDatabasePoolSize: 4,
    applicationVersion: WORKFLOW_VERSION,
    // Tells who carried out what: in a cluster the host's name is the worker's, which stays when its pod is replaced.
    executorID: `${hostname()}-${process.pid}-${Date.now()}`,
    listenQueues: [queue],
    logger: quietLogger(onWarning),
  });
  await DBOS.launch();
  await DBOS.registerQueue(queue, { minPollingIntervalMs: 200, onConflict: "always_update" });
  const start = async (run: string, pipeline: string, definition: string, trigger: string): Promise<EngineRun> => {
    const handle = await DBOS.startWorkflow(workflow, { workflowID: run })(run, pipeline, definition, trigger);
    return { result: () => handle.getResult() };
  };
  return {
    start,
    resume: async (run, pipeline, definition, trigger) => {
      // The process may have died between writing the run's row and starting its workflow.
      if ((await DBOS.getWorkflowStatus(run)) === null) return start(run, pipeline, definition, trigger);
      const handle = await DBOS.resumeWorkflow(run, { queueName: queue });
      return { result: () => handle.getResult() };
    },
    isCancelled: async (run) => (await DBOS.getWorkflowStatus(run))?.status === "CANCELLED",
    recorded: async (run) => {
      if ((await DBOS.getWorkflowStatus(run))?.applicationVersion !== WORKFLOW_VERSION) return null;
      const steps = (await DBOS.listWorkflowSteps(run)) ?? [];
      return steps.map(({ functionID, name, error }) => ({ id: functionID, name, failed: error !== null }));
    },
    fork: async (run, again, firstPiece) => {
      const options = { newWorkflowID: again, applicationVersion: WORKFLOW_VERSION, queueName: queue };
      const handle = await DBOS.forkWorkflow(run, firstPiece, options);
      return { result: () => handle.getResult() };
    },
    cancel: async (run) => {
      if ((await DBOS.getWorkflowStatus(run)) !== null) await DBOS.cancelWorkflow(run);
    },
    close: async () => {
      await DBOS.shutdown({ workflowCompletionTimeoutMS: 0 });
      body = null;
    },
  };
}

function quietLogger(onWarning: (text: string) => void) {
  const nothing = (): void => {};
  const say = (entry: unknown): void => onWarning(entry instanceof Error ? entry.message : String(entry));
  // Errors of workflows reach the caller as exceptions; the log would only repeat them.
  return { debug: nothing, info: nothing, warn: say, error: nothing };
}
