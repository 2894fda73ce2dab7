import { formatCount, formatSeconds } from "../terminal/format.js";
import type { Palette } from "../terminal/palette.js";
import { type RunState, type StepState, secondsLeft } from "./run-state.js";

type Style = keyof Palette | null;
/** A piece of a line: cut first, coloured then, so that a colour never counts as width. */
interface Piece {
  readonly text: string;
  readonly style: Style;
}

/** Below this many columns the bar and the seconds go, then the ends of the lines. */
const columnsForBar = 70;
const barLength = 16;

/** The block that a terminal shows of one run: a head and one line a step, none wider than `width`. */
export function renderRun(state: RunState, options: { palette: Palette; width: number; now: number }): string[] {
  const { palette, width, now } = options;
  const nameWidth = Math.max(...state.steps.map((step) => step.name.length), 0);
  return [head(state, now), ...state.steps.map((step) => stepLine(step, { nameWidth, width, now }))].map((pieces) =>
    paint(pieces, width, palette),
  );
}

function head(state: RunState, now: number): Piece[] {
  const seconds = ((state.endedAt ?? now) - state.startedAt) / 1_000;
  return [
    { text: state.pipeline, style: "bold" },
    { text: `  run ${shortRun(state.run)}${state.resumed ? ", continued" : ""}  ${formatSeconds(seconds)}`, style: "dim" },
  ];
}

/** A run's identity as people compare it: its first eight characters. */
export function shortRun(run: string): string {
  return run.slice(0, 8);
}

const marks = { waiting: " ", running: "›", done: "✓", failed: "✗" } as const;
const markStyles = { waiting: null, running: "accent", done: "good", failed: "bad" } as const satisfies Record<string, Style>;

function stepLine(step: StepState, options: { nameWidth: number; width: number; now: number }): Piece[] {
  const { nameWidth, width, now } = options;
  const name = step.name.padEnd(nameWidth);
  const mark: Piece = { text: `  ${marks[step.status]} `, style: markStyles[step.status] };
  if (step.status === "waiting") return [mark, { text: name, style: "dim" }];
  const pieces: Piece[] = [mark, { text: `${name}  `, style: null }];
  if (step.status === "done") {
    const time = step.replayed ? "done earlier" : formatSeconds(step.seconds ?? 0);
    return [...pieces, { text: step.summary ?? "", style: null }, { text: `  ${time}`, style: "dim" }];
  }
  if (step.status === "failed") return [...pieces, { text: "failed", style: "bad" }];
  const left = secondsLeft(step, now);
  if (width >= columnsForBar && step.total !== null && step.total > 0) {
    pieces.push({ text: `${bar(step.done / step.total)} `, style: "accent" });
  }
  pieces.push({ text: describeProgress(step), style: null });
  if (left !== null) pieces.push({ text: `  about ${formatSeconds(left)} left`, style: "dim" });
  return pieces;
}

/** `12 of 40 trials, rmse 132,480`. */
export function describeProgress(step: Pick<StepState, "done" | "total" | "unit" | "text">): string {
  const { done, total, unit, text } = step;
  const count =
    unit === "" ? "" : total === null ? `${formatCount(done)} ${unit}` : `${formatCount(done)} of ${formatCount(total)} ${unit}`;
  return [count, text ?? ""].filter((part) => part !== "").join(", ");
}

function bar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * barLength);
  return `[${"=".repeat(filled)}${" ".repeat(barLength - filled)}]`;
}

function paint(pieces: readonly Piece[], width: number, palette: Palette): string {
  const total = pieces.reduce((sum, piece) => sum + [...piece.text].length, 0);
  const mustCut = total > width;
  let room = mustCut ? width - 1 : width;
  const painted = pieces.map(({ text, style }) => {
    const shown = [...text].slice(0, Math.max(0, room)).join("");
    room -= [...text].length;
    return style === null || shown === "" ? shown : palette[style](shown);
  });
  return mustCut ? `${painted.join("")}…` : painted.join("").trimEnd();
}
