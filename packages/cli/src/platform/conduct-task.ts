import { openRegistry } from "@atalaya/registry";
import { carryOutTask, type TaskVerdict } from "@atalaya/run/task";
import type { Settings } from "@atalaya/settings";
import { openStore, type TaskKey } from "@atalaya/store";
import { loadProject, pipelineNamed } from "../project/load-project.js";
import { locateProject } from "../project/locate-project.js";
import { settingsOf } from "../project/named-addresses.js";
import { createAddresses } from "../project/sample-addresses.js";
import type { Session } from "../session.js";
import { withClosing } from "./closing.js";
import { attemptSpan, openTracing } from "./tracing.js";

/** A pod that comes up with PostgreSQL away waits for it: its worker waits as well. */
const PATIENCE_MS = 60_000;

/**
 * Carries one task out with this machine's stores and project.
 *
 * @param options.tied  end when the standard input is closed, as it is when the worker dies that holds its other end
 * @throws as `carryOutTask`, CLI_* of the project, SETTINGS_*
 */
export function conductTask(session: Session, key: TaskKey, { tied }: { readonly tied: boolean }): Promise<TaskVerdict> {
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, stop.signal]);
  if (tied) endWithInput(session, () => stop.abort());
  return withClosing(async (closing) => {
    const location = locateProject(session.workingDirectory, session.projectOption);
    const settings = session.settings(location.directory);
    const say = session.terminal.note;
    // Both at once: reading the project is work, and PostgreSQL answers meanwhile.
    const opening = openStore(settings, { onNotice: say, patienceMs: PATIENCE_MS });
    opening.catch(() => {});
    const project = await loadProject(location);
    const store = closing.add(await opening);
    const addresses = closing.add(createAddresses({ location, settings, say }));
    const working = carryOutTask(
      { store, registry: openRegistry(store) },
      {
        pipelines: project.pipelines,
        address: addresses.address,
        openAddresses: (pipeline) => addresses.open(settingsOf(pipelineNamed(project, pipeline))),
        // The worker reads these lines: they are not part of the log.
        print: (line) => void session.terminal.people.write(`${line}\n`),
        signal,
      },
      key,
    );
    // Work that cannot stop at once is left where it is: the process ends.
    return traced(settings, key, say, Promise.race([working, untilAborted(signal)]));
  });
}

/** Tells of the attempt, below the span of its step, where traces are taken. */
async function traced(
  settings: Settings,
  key: TaskKey,
  say: (line: string) => void,
  work: Promise<TaskVerdict>,
): Promise<TaskVerdict> {
  const startedAt = Date.now();
  const verdict = await work;
  const traces = await openTracing(settings, "task", say);
  if (traces === null) return verdict;
  const failure = verdict.verdict === "done" ? null : verdict.verdict;
  attemptSpan(traces, key, { startedAt, endedAt: Date.now(), failure });
  await traces.close();
  return verdict;
}

function endWithInput({ terminal: { stdin } }: Session, end: () => void): void {
  stdin.resume();
  stdin.on("end", end);
  stdin.on("close", end);
}

function untilAborted(signal: AbortSignal): Promise<TaskVerdict> {
  return new Promise((resolve) => {
    const stopped = (): void => resolve({ verdict: "stopped" });
    if (signal.aborted) stopped();
    else signal.addEventListener("abort", stopped, { once: true });
  });
}
