import { openRegistry, type Registry } from "@atalaya/registry";
import type { RunEvent, Runner, RunRequest, RunResult } from "@atalaya/run";
import type { Settings } from "@atalaya/settings";
import { openStore, type Store } from "@atalaya/store";
import { errors } from "../errors.js";
import type { Progress } from "../progress/progress.js";
import { type Project, pipelineNamed } from "../project/load-project.js";
import { isAddressSet, settingsOf } from "../project/named-addresses.js";
import type { Session } from "../session.js";
import { createClosing } from "./closing.js";
import { untilInterrupted } from "./interruption.js";
import { traceRuns } from "./tracing.js";

/** Facts, bytes and models: what every command but `source` and `init` stands on. */
export interface Stores {
  readonly settings: Settings;
  readonly store: Store;
  readonly registry: Registry;
  close(): Promise<void>;
}

/** Opens the stores; the embedded PostgreSQL is started when there is no other. */
export async function openStores(settings: Settings, say: (line: string) => void): Promise<Stores> {
  const store = await openStore(settings, { onNotice: say });
  return { settings, store, registry: openRegistry(store), close: () => store.close() };
}

/** Carries pipelines of a project out. */
export interface Workshop {
  /** Names of pipelines with a run that was begun and not finished. */
  unfinished(): Promise<readonly string[]>;
  /**
   * Runs a pipeline to its end, with the project's samples where the environment names no address.
   *
   * @param request why, and how much of the chain; left out: all of it, by hand
   * @throws CLI_INTERRUPTED when the session is interrupted meanwhile, and what ended the run
   */
  run(pipeline: string, request?: RunRequest): Promise<RunResult>;
  /**
   * Takes the next batch of a pipeline's source and does what follows from it; null: there was none.
   *
   * @throws as `run`
   */
  watch(pipeline: string): Promise<RunResult | null>;
  /** Goes on with a cancelled run. @throws as `run`, and those of the runner's `resume` */
  resume(run: string): Promise<RunResult>;
  /** Does a run again from a step on. @throws as `run`, and those of the runner's `retry` */
  retry(run: string, from?: string): Promise<RunResult>;
  /** Holds a pipeline's samples open between several runs: a sample that is opened anew begins anew. */
  keepOpen(pipeline: string): Promise<{ close(): Promise<void> }>;
  /** True when the environment names the pipeline's source: a sample never has anything new. */
  hasNews(pipeline: string): boolean;
  /** A run that goes on is stopped; it can be continued later. */
  close(): Promise<void>;
}

/** Engine, readers of files and launchers are loaded here: most commands need none of them, and a server answers before. */
export async function openWorkshop(options: {
  readonly session: Session;
  readonly project: Project;
  readonly stores: Stores;
  readonly progress: Progress;
  /** Told of everything besides `progress`. */
  readonly onEvent?: (event: RunEvent) => void;
}): Promise<Workshop> {
  const { session, project, stores, progress } = options;
  const { settings, store, registry } = stores;
  const { findRun, openRunner } = await import("@atalaya/run");
  const { createAddresses } = await import("../project/sample-addresses.js");
  const { declareServing } = await import("./declare-serving.js");
  const { openLaunchers } = await import("./open-launchers.js");
  const closing = createClosing();
  const traces = closing.add(await traceRuns(settings, (line) => progress.print(line)));
  const onEvent = (event: RunEvent): void => {
    progress.onEvent(event);
    traces.onEvent(event);
    options.onEvent?.(event);
  };
  const addresses = closing.add(createAddresses({ location: project, settings, say: (line) => progress.print(line) }));
  const { pipelines } = project;
  const placing = { executor: settings.executor, launchers: await openLaunchers(project, settings, store) };
  await declareServing(project, store);
  const runner: Runner = closing.add(
    await openRunner({ store, registry }, { pipelines, address: addresses.address, onEvent, ...placing }),
  );
  let working = 0;
  const during = async <Result>(pipeline: string, work: () => Promise<Result>): Promise<Result> => {
    if (session.signal.aborted) throw errors.INTERRUPTED({});
    working++;
    try {
      await addresses.open(settingsOf(pipelineNamed(project, pipeline)));
      return await untilInterrupted(session.signal, work());
    } finally {
      working--;
      progress.end();
      // An interrupted run still reads from them until the runner is closed, and so may another run.
      if (!session.signal.aborted && working === 0) await addresses.close();
    }
  };
  return {
    unfinished: () => runner.unfinished(),
    run: (pipeline, request) => during(pipeline, () => runner.run(pipeline, request)),
    watch: (pipeline) => during(pipeline, () => runner.watch(pipeline)),
    resume: async (run) => {
      const { id, pipeline } = await findRun(store, run);
      return during(pipeline, () => runner.resume(id));
    },
    retry: async (run, from) => {
      const { id, pipeline } = await findRun(store, run);
      return during(pipeline, () => runner.retry(id, from));
    },
    keepOpen: async (pipeline) => {
      await addresses.open(settingsOf(pipelineNamed(project, pipeline)));
      working++;
      return {
        close: async () => {
          if (--working === 0 && !session.signal.aborted) await addresses.close();
        },
      };
    },
    hasNews: (pipeline) => {
      const [source] = settingsOf(pipelineNamed(project, pipeline));
      return source !== undefined && isAddressSet(settings, source);
    },
    close: closing.close,
  };
}
