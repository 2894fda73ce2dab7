import type { StepReporter } from "../workflow/step-clock.js";

/** A task prints its progress as lines among its log, so that it needs no other way back to its worker. */
const MARK = '{"atalaya":';
/** Progress is printed so often at most; the last one of a step always is. */
const EVERY_MS = 500;

interface Told {
  readonly atalaya: "progress" | "note";
  readonly done?: number;
  readonly total?: number | null;
  readonly unit?: string;
  readonly text?: string | null;
}

/** The reporter of a step whose worker reads its lines. */
export function printingReporter(print: (line: string) => void): StepReporter {
  let printedAt = Number.NEGATIVE_INFINITY;
  const tell = (told: Told): void => print(JSON.stringify(told));
  return {
    progress: (done, total, unit, text) => {
      const now = performance.now();
      if (done !== total && now - printedAt < EVERY_MS) return;
      printedAt = now;
      tell({ atalaya: "progress", done, total, unit, text: text ?? null });
    },
    note: (text) => tell({ atalaya: "note", text }),
  };
}

/**
 * Passes on what a line tells. A line that tells nothing is only kept. Lines come later than the outcome: then only notes are
 * still news.
 */
export function readTold(line: string, report: StepReporter, { isOver }: { readonly isOver: boolean }): void {
  if (!line.startsWith(MARK)) return;
  const told = parse(line);
  if (told?.atalaya === "note" && typeof told.text === "string") report.note(told.text);
  if (isOver || told?.atalaya !== "progress" || typeof told.done !== "number") return;
  report.progress(told.done, told.total ?? null, told.unit ?? "", told.text ?? undefined);
}

function parse(line: string): Told | null {
  try {
    return JSON.parse(line) as Told;
  } catch {
    return null;
  }
}
