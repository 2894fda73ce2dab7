import { createHash, randomBytes } from "node:crypto";

/** Where a span stands (W3C Trace Context). */
export interface SpanPlace {
  /** 32 hexadecimal digits. */
  readonly trace: string;
  /** 16 hexadecimal digits. */
  readonly span: string;
}

const TRACE_PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/** What a `traceparent` says; null for what is none, and for a trace that its maker does not record. */
export function readTraceparent(text: string | null | undefined): SpanPlace | null {
  const [, version, trace = "", span = "", flags = "00"] = TRACE_PARENT.exec(text ?? "") ?? [];
  if (version === undefined || version === "ff" || /^0+$/.test(trace) || /^0+$/.test(span)) return null;
  return (Number.parseInt(flags, 16) & SAMPLED) === 0 ? null : { trace, span };
}

export function writeTraceparent({ trace, span }: SpanPlace): string {
  return `00-${trace}-${span}-01`;
}

/** A place of a trace that nobody began. */
export function newTrace(): SpanPlace {
  return { trace: randomBytes(16).toString("hex"), span: newSpan() };
}

export function newSpan(): string {
  return randomBytes(8).toString("hex");
}

/**
 * The span of a run: made of its id, so that every process that works at the run, today or after a crash, means the same trace
 * and none has to be told.
 */
export function runPlace(run: string): SpanPlace {
  const hash = digest(`run ${run}`);
  return { trace: hash.slice(0, 32), span: hash.slice(32, 48) };
}

/** The span of a step of a run. As `traceparent` it is what a process that carries the step out is given. */
export function stepPlace(run: string, step: string): SpanPlace {
  return { trace: runPlace(run).trace, span: digest(`step ${step} of ${run}`).slice(0, 16) };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
