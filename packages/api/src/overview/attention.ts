/** Something that a person should look at, the gravest first. Code and facts for a page in any language; `text` for the others. */
export interface Attention {
  readonly code: "NO_MODEL" | "RUN_FAILED" | "SERVING_PROBLEM" | "NEWEST_REFUSED" | "BATCH_REFUSED" | "PINNED" | "DRIFTED";
  readonly severity: "act" | "look";
  readonly pipeline: string;
  readonly text: string;
  readonly facts: Readonly<Record<string, string | number | null>>;
  /** Screen of the console where it goes on. */
  readonly link: string;
}

/** What attention is drawn from. */
export interface PipelineFacts {
  readonly pipeline: string;
  readonly production: number | null;
  readonly problem: { readonly code: string; readonly detail: string } | null;
  readonly pinned: number | null;
  readonly lastRun: {
    readonly run: string;
    readonly state: string;
    readonly error: { readonly code: string; readonly message: string } | null;
  } | null;
  readonly newest: { readonly version: number; readonly verdict: string; readonly reason: string | null } | null;
  readonly refusedBatch: { readonly id: number; readonly name: string; readonly reason: string | null } | null;
  readonly drift: { readonly at: string; readonly reason: string } | null;
}

/** Reads the facts of one pipeline as what needs a person. Pure. */
export function attentionOf(facts: PipelineFacts): Attention[] {
  return [...mustAct(facts), ...shouldLook(facts)].map((found) => ({ ...found, pipeline: facts.pipeline }));
}

type Found = Omit<Attention, "pipeline">;

function mustAct({ pipeline, lastRun, production, problem, newest }: PipelineFacts): Found[] {
  const found: Found[] = [];
  const severity = "act";
  if (lastRun?.state === "failed" && lastRun.error !== null) {
    const { code, message } = lastRun.error;
    const text = `The last run of ${pipeline} failed: ${code}: ${message}`;
    found.push({ code: "RUN_FAILED", severity, text, facts: { code, message }, link: `/runs/${lastRun.run}` });
  }
  if (production === null && lastRun?.state !== "running") {
    const text = `${pipeline} has no version in production, so it cannot answer.`;
    found.push({ code: "NO_MODEL", severity, text, facts: {}, link: newest === null ? "/runs" : `/models/${pipeline}` });
  } else if (production !== null && problem !== null) {
    const { code, detail } = problem;
    const text = `${pipeline} does not serve what it should: ${detail}`;
    found.push({ code: "SERVING_PROBLEM", severity, text, facts: { code, detail }, link: `/models/${pipeline}` });
  }
  return found;
}

function shouldLook({ pipeline, newest, refusedBatch, pinned, drift }: PipelineFacts): Found[] {
  const found: Found[] = [];
  const severity = "look";
  if (newest?.verdict === "refused") {
    const { version, reason } = { ...newest, reason: newest.reason ?? "" };
    const text = `Version ${version} of ${pipeline} was refused: ${reason}`;
    found.push({ code: "NEWEST_REFUSED", severity, text, facts: { version, reason }, link: `/models/${pipeline}/${version}` });
  }
  if (refusedBatch !== null) {
    const { id, name, reason } = refusedBatch;
    const text = `The newest batch of ${pipeline}, ${name}, was refused: ${reason ?? "no reason"}`;
    found.push({ code: "BATCH_REFUSED", severity, text, facts: { name, reason }, link: `/data/batches/${id}` });
  }
  if (pinned !== null) {
    const text = `${pipeline} is held on version ${pinned} in this process; moves of the alias are ignored.`;
    found.push({ code: "PINNED", severity, text, facts: { version: pinned }, link: `/models/${pipeline}` });
  }
  if (drift !== null) {
    const text = `The newest batch of ${pipeline} drifted: ${drift.reason}`;
    found.push({ code: "DRIFTED", severity, text, facts: { ...drift }, link: `/watch/${pipeline}` });
  }
  return found;
}
