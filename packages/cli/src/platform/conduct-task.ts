import { isAtalayaError } from "@atalaya/errors";
import { openRegistry } from "@atalaya/registry";
import { carryOutTask, type TaskVerdict } from "@atalaya/run/task";
import { openStore, type TaskKey } from "@atalaya/store";
import { type ExitCode, exitCodeOf, exitCodes } from "../exit-codes.js";
import { locateProject } from "../project/locate-project.js";
import type { Session } from "../session.js";
import { withClosing } from "./closing.js";
import { locateState } from "./state-location.js";

/** A pod that comes up with PostgreSQL away waits for it: its worker waits as well. */
const PATIENCE_MS = 60_000;

export interface TaskWords {
  readonly run: string;
  readonly step: string;
  readonly attempt: number;
  /** Of steps that are launched together: how many after the named one. */
  readonly index: number;
  /** End when the standard input is closed, as it is when the worker dies that holds its other end. */
  readonly tied: boolean;
}

/**
 * Carries one task out with this machine's stores and project, and gives the exit code that says how it ended.
 *
 * @throws what is wrong with the settings or the project, and what no later attempt would find otherwise
 */
export async function conductTask(session: Session, { run, step, attempt, index, tied }: TaskWords): Promise<ExitCode> {
  const key = { run, step: stepAfter(step, index), attempt };
  const { note } = session.terminal;
  try {
    const ended = await carryOut(session, key, tied);
    if (ended.verdict === "done") note(`${key.step}: ${ended.summary}`);
    else if (ended.verdict !== "stopped") note(`${key.step}: ${ended.why}`);
    return exitCodes[ended.verdict];
  } catch (error) {
    // What a run needs is not there now: that is nothing about the step itself.
    if (!isAtalayaError(error) || !error.retryable) throw error;
    note(`${error.code}: ${error.message}`);
    return exitCodeOf(error) === exitCodes.failed ? exitCodes.retryable : exitCodeOf(error);
  }
}

function carryOut(session: Session, key: TaskKey, tied: boolean): Promise<TaskVerdict> {
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, stop.signal]);
  if (tied) endWithInput(session, () => stop.abort());
  return withClosing(async (closing) => {
    const { settings } = locateState(session);
    const say = session.terminal.note;
    const store = closing.add(await openStore(settings, { onNotice: say, patienceMs: PATIENCE_MS }));
    let opened: readonly string[] = [];
    // What only some steps need is loaded for them alone.
    const location = () => locateProject(session.workingDirectory, session.projectOption);
    const addresses = async () => {
      const { createAddresses } = await import("../project/sample-addresses.js");
      return createAddresses({ location: location(), settings, say });
    };
    let open: Awaited<ReturnType<typeof addresses>> | null = null;
    closing.add({ close: async () => open?.close() });
    const working = carryOutTask(
      { store, registry: openRegistry(store) },
      {
        loadPipelines: async () =>
          (await import("../project/load-project.js")).loadProject(location()).then(({ pipelines }) => pipelines),
        address: (name) => (opened.includes(name) && open !== null ? open.address(name) : { url: settings.address(name) }),
        openAddresses: async (names) => {
          open = await addresses();
          await open.open(names);
          opened = names;
        },
        print: (line) => session.terminal.say(line),
        signal,
      },
      key,
    );
    // Work that cannot stop at once is left where it is: the process ends.
    return Promise.race([working, untilAborted(signal)]);
  });
}

/** `trial 5` and 2 give `trial 7`. */
function stepAfter(step: string, index: number): string {
  return index === 0 ? step : step.replace(/\d+$/, (number) => String(Number(number) + index));
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
