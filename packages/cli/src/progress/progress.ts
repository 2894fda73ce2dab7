import type { RunEvent } from "@atalaya/run";
import type { Logger } from "@atalaya/telemetry";
import type { Terminal } from "../terminal/terminal.js";
import { createLiveBlock } from "./live-block.js";
import { createPlainLines } from "./plain-lines.js";
import { renderRun } from "./render-run.js";
import { advance, type RunState } from "./run-state.js";

/** Shows runs while they go on. */
export interface Progress {
  onEvent(event: RunEvent): void;
  /** A line for people that does not disturb what is being drawn. */
  print(line: string): void;
  /** Ends the drawing, whatever happened; safe to call twice. */
  end(): void;
}

const frameMs = 120;

/** Redrawn in place in a terminal, lines otherwise. `clock` gives milliseconds since 1970. */
export function createProgress(terminal: Terminal, clock: () => number = Date.now): Progress {
  return terminal.isLive ? createLiveProgress(terminal, clock) : createLineProgress(terminal);
}

function createLineProgress(terminal: Terminal): Progress {
  const toLine = createPlainLines();
  const { log } = terminal;
  return {
    onEvent: (event) => {
      const line = toLine(event);
      if (log !== null) logEvent(log, event, line);
      else if (line !== null) terminal.say(line);
    },
    print: (line) => terminal.say(line),
    end: () => {},
  };
}

/** With the ids of run and step. The end of a run is told as well, which people read in the command's answer. */
function logEvent(log: Logger, event: RunEvent, line: string | null): void {
  const { run, pipeline, type } = event;
  const facts = { event: type, run, pipeline, ...("step" in event ? { step: event.step } : {}) };
  switch (event.type) {
    case "run-failed":
      log.error({ ...facts, code: event.code }, event.message);
      return;
    case "run-done": {
      const { verdict, version, reasons, seconds } = event.result;
      log.info({ ...facts, verdict, version, reasons, seconds }, `${pipeline}: ${verdict}`);
      return;
    }
    case "step-done":
      log.info({ ...facts, seconds: event.seconds, replayed: event.replayed }, line ?? event.summary);
      return;
    case "step-started":
      log.debug(facts, `${pipeline}: ${event.step} begins`);
      return;
    default:
      if (line !== null) log.info(facts, line);
  }
}

function createLiveProgress(terminal: Terminal, clock: () => number): Progress {
  const block = createLiveBlock(terminal.people);
  let state: RunState | null = null;
  let timer: NodeJS.Timeout | null = null;

  const draw = (): void => {
    if (state !== null) block.draw(renderRun(state, { palette: terminal.palette, width: terminal.width(), now: clock() }));
  };
  const end = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
    draw();
    block.end();
    state = null;
  };

  return {
    onEvent: (event) => {
      if (event.type === "note") {
        block.print(terminal.palette.dim(`  ${event.pipeline}, ${event.step}: ${event.text}`));
        return;
      }
      // One block at a time: the next run starts below the last one.
      if (event.type === "run-started" && state !== null && state.run !== event.run) end();
      state = advance(state, event);
      if (event.type === "run-done" || event.type === "run-failed") {
        end();
        return;
      }
      // Events may come by the thousand; only the timer draws. It does not keep the process alive.
      timer ??= setInterval(draw, frameMs).unref();
    },
    print: (line) => block.print(line),
    end,
  };
}
