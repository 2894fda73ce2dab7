import { openRegistry, type Registry } from "@atalaya/registry";
import { openRunner, type RunEvent, type Runner, type RunResult } from "@atalaya/run";
import type { Settings } from "@atalaya/settings";
import { openStore, type Store } from "@atalaya/store";
import { errors } from "../errors.js";
import type { Progress } from "../progress/progress.js";
import { type Project, pipelineNamed } from "../project/load-project.js";
import { settingsOf } from "../project/named-addresses.js";
import { createAddresses } from "../project/sample-addresses.js";
import type { Session } from "../session.js";
import { createClosing } from "./closing.js";
import { untilInterrupted } from "./interruption.js";

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
   * @throws CLI_INTERRUPTED when the session is interrupted meanwhile, and what ended the run
   */
  run(pipeline: string): Promise<RunResult>;
  /** A run that goes on is stopped; it can be continued later. */
  close(): Promise<void>;
}

export async function openWorkshop(options: {
  readonly session: Session;
  readonly project: Project;
  readonly stores: Stores;
  readonly progress: Progress;
  /** Told of everything besides `progress`. */
  readonly onEvent?: (event: RunEvent) => void;
}): Promise<Workshop> {
  const { session, project, stores, progress } = options;
  const onEvent = (event: RunEvent): void => {
    progress.onEvent(event);
    options.onEvent?.(event);
  };
  const { settings, store, registry } = stores;
  const closing = createClosing();
  const addresses = closing.add(createAddresses({ location: project, settings, say: (line) => progress.print(line) }));
  const runner: Runner = closing.add(
    await openRunner({ store, registry }, { pipelines: project.pipelines, address: addresses.address, onEvent }),
  );
  return {
    unfinished: () => runner.unfinished(),
    run: async (pipeline) => {
      if (session.signal.aborted) throw errors.INTERRUPTED({});
      await addresses.open(settingsOf(pipelineNamed(project, pipeline)));
      try {
        return await untilInterrupted(session.signal, runner.run(pipeline));
      } finally {
        progress.end();
        // An interrupted run still reads from them until the runner is closed.
        if (!session.signal.aborted) await addresses.close();
      }
    },
    close: closing.close,
  };
}
