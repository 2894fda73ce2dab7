import { relative } from "node:path";
import { createEventHub } from "@atalaya/api";
import { isPipeline } from "@atalaya/define";
import { keepMirror, mlflowRoutes } from "@atalaya/mlflow";
import { deliverWebhooks } from "@atalaya/registry";
import type { RunEvent, RunResult } from "@atalaya/run";
import type { StartedPredictionServer } from "@atalaya/serve";
import type { ListenOptions } from "../commands/listen-options.js";
import { withClosing } from "../platform/closing.js";
import { consoleOf } from "../platform/console.js";
import { untilAborted } from "../platform/interruption.js";
import { observePlatform } from "../platform/observing.js";
import { groundOf, startServing } from "../platform/serving.js";
import { openStores, openWorkshop, type Stores, type Workshop } from "../platform/workshop.js";
import { createProgress } from "../progress/progress.js";
import type { Project } from "../project/load-project.js";
import type { Session } from "../session.js";
import { describeError, type ErrorReport } from "../terminal/report-error.js";
import { resultLines } from "../terminal/result-lines.js";
import { version } from "../version.js";
import { readyLines } from "./ready-lines.js";
import { decide } from "./up-plan.js";

export interface UpOptions {
  readonly listen: ListenOptions;
  readonly force: boolean;
  /** Between two looks at sources and schedules. */
  readonly everySeconds: number;
  /** False: predictions and the console are other processes' work; what listens is for probes and metrics alone. */
  readonly serves: boolean;
  /** False: what is due is carried out by workers; what somebody starts in the console still is carried out here. */
  readonly runs: boolean;
}

/** How it went with one pipeline; without result and error it was left as it was. */
interface Outcome {
  readonly pipeline: string;
  readonly result: RunResult | null;
  readonly error: ErrorReport | null;
}

/**
 * Serves at once, then carries out what is to be done, and stays until the session is interrupted. Everything is closed in
 * the opposite order: an answer that has begun is finished before the database goes.
 */
export async function bringUp(session: Session, project: Project, options: UpOptions): Promise<void> {
  const { terminal, signal, workingDirectory } = session;
  const names = [...project.pipelines.keys()];
  // A workflow of the user's own has no model to answer with.
  const served = options.serves ? names.filter((name) => isPipeline(project.pipelines.get(name))) : [];
  const progress = createProgress(terminal);
  const say = (line: string): void => progress.print(line);
  terminal.say(
    `Atalaya ${version}, ${names.length === 1 ? "one pipeline" : `${names.length} pipelines`} in ${project.directory}`,
  );
  await withClosing(async (closing) => {
    closing.add({ close: async () => progress.end() });
    const stores = closing.add(await openStores(session.settings(project.directory), say));
    const onGivenUp = (url: string, because: string): void => say(`An event could not be sent to ${url}: ${because}`);
    closing.add(await deliverWebhooks(stores.store, { onGivenUp }));
    closing.add(await keepMirror(stores.store, stores.settings.mlflow, { say }));
    const events = createEventHub();
    let workshop: Workshop | null = null;
    const addConsole = consoleOf({ project, stores, events, workshop: () => workshop });
    const extend: typeof addConsole = async (on) => {
      await addConsole(on);
      const onFailure = (error: unknown, method: string, path: string): void =>
        say(`${method} ${path} failed: ${error instanceof Error ? error.message : String(error)}`);
      await on.app.register(mlflowRoutes, { store: stores.store, registry: stores.registry, onFailure });
    };
    const server = closing.add(
      await startServing({
        ground: groundOf(stores),
        pipelines: served,
        listen: options.listen,
        say,
        talks: false,
        log: terminal.log,
        ...(options.serves ? { extend } : {}),
      }),
    );
    const home = shortPath(workingDirectory, stores.settings.home);
    terminal.say(terminal.palette.dim(`state in ${home}, serving on ${server.url}`));
    if (signal.aborted) return;
    const observe = observePlatform({ service: server.service, project, stores, say });
    const onEvent = (event: RunEvent): void => {
      observe(event);
      events.tell({ type: "run", event });
    };
    workshop = closing.add(await openWorkshop({ session, project, stores, progress, onEvent }));
    const outcomes = options.runs
      ? await runPipelines({ session, project, stores, workshop, force: options.force })
      : names.map((pipeline) => ({ pipeline, result: null, error: null }));
    if (signal.aborted) return;
    if (options.serves) await untilServed(server, outcomes);
    terminal.answer(answer(server, outcomes), ["", ...readyLines(server)]);
    if (options.runs) {
      const { followSources } = await import("./follow-sources.js");
      await followSources({ session, project, stores, workshop, everySeconds: options.everySeconds });
    } else await untilAborted(signal);
    terminal.say("Stopping.");
  });
}

/** One after the other: two trainings at once would share the same cores. */
async function runPipelines(options: {
  readonly session: Session;
  readonly project: Project;
  readonly stores: Stores;
  readonly workshop: Workshop;
  readonly force: boolean;
}): Promise<Outcome[]> {
  const { session, project, stores, workshop, force } = options;
  const { terminal, signal } = session;
  const unfinished = await workshop.unfinished();
  const outcomes: Outcome[] = [];
  const locks = await stores.store.openLocks();
  for (const pipeline of project.pipelines.keys()) {
    if (signal.aborted) break;
    // Workers that come up together would each train what has no model yet, one after the other.
    if (!(await locks.tryLock(`first-run/${pipeline}`))) {
      terminal.say(`${terminal.palette.bold(pipeline)}  another process carries it out`);
      outcomes.push({ pipeline, result: null, error: null });
      continue;
    }
    const decision = await decide(pipeline, { project, registry: stores.registry, unfinished, force });
    if (!decision.run) {
      terminal.say(`${terminal.palette.bold(pipeline)}  ${decision.because}`);
      outcomes.push({ pipeline, result: null, error: null });
      continue;
    }
    outcomes.push(await runOne(pipeline, session, workshop));
  }
  await locks.close();
  return outcomes;
}

async function runOne(pipeline: string, session: Session, workshop: Workshop): Promise<Outcome> {
  const { terminal, signal } = session;
  terminal.say();
  try {
    const result = await workshop.run(pipeline);
    for (const line of resultLines(result, terminal.palette)) terminal.say(line);
    return { pipeline, result, error: null };
  } catch (cause) {
    const error = describeError(cause);
    if (!signal.aborted) {
      terminal.say(`${terminal.palette.bad(`error ${error.code}:`)} ${pipeline}: ${error.message}`);
      if (error.hint !== undefined) terminal.say(`hint: ${error.hint}`);
    }
    return { pipeline, result: null, error };
  }
}

/** Waits until the server answers with the versions of the runs: it follows the alias, which takes a moment. What it refuses it tells itself. */
async function untilServed(server: StartedPredictionServer, outcomes: readonly Outcome[]): Promise<void> {
  for (const { pipeline, result } of outcomes) {
    if (result?.verdict === "promoted")
      await server.service
        .pipeline(pipeline)
        .reload()
        .catch(() => undefined);
  }
}

/** Relative where that is shorter to read, which it is not above the working directory. */
function shortPath(from: string, path: string): string {
  const short = relative(from, path);
  return short === "" || short.startsWith("..") ? path : short;
}

function answer(server: StartedPredictionServer, outcomes: readonly Outcome[]): unknown {
  return {
    url: server.url,
    pipelines: outcomes.map(({ pipeline, result, error }) => ({
      pipeline,
      version: server.service.pipelines.find(({ name }) => name === pipeline)?.model?.version ?? null,
      result,
      error,
    })),
  };
}
