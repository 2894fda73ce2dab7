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
  const { pipeline } = facts;
  const found: Attention[] = [];
  const add = (
    code: Attention["code"],
    severity: Attention["severity"],
    text: string,
    link: string,
    about: Attention["facts"] = {},
  ) => found.push({ code, severity, pipeline, text, facts: about, link });
  const { lastRun, newest, refusedBatch, drift } = facts;
  if (lastRun?.state === "failed" && lastRun.error !== null) {
    const { code, message } = lastRun.error;
    add("RUN_FAILED", "act", `The last run of ${pipeline} failed: ${code}: ${message}`, `/runs/${lastRun.run}`, {
      code,
      message,
    });
  }
  if (facts.production === null && lastRun?.state !== "running") {
    add(
      "NO_MODEL",
      "act",
      `${pipeline} has no version in production, so it cannot answer.`,
      newest === null ? "/runs" : `/models/${pipeline}`,
    );
  } else if (facts.production !== null && facts.problem !== null) {
    const { code, detail } = facts.problem;
    add("SERVING_PROBLEM", "act", `${pipeline} does not serve what it should: ${detail}`, `/models/${pipeline}`, {
      code,
      detail,
    });
  }
  if (newest?.verdict === "refused") {
    const reason = newest.reason ?? "";
    const { version } = newest;
    add("NEWEST_REFUSED", "look", `Version ${version} of ${pipeline} was refused: ${reason}`, `/models/${pipeline}/${version}`, {
      version,
      reason,
    });
  }
  if (refusedBatch !== null) {
    const { id, name, reason } = refusedBatch;
    add(
      "BATCH_REFUSED",
      "look",
      `The newest batch of ${pipeline}, ${name}, was refused: ${reason ?? "no reason"}`,
      `/data/batches/${id}`,
      { name, reason },
    );
  }
  if (facts.pinned !== null) {
    add(
      "PINNED",
      "look",
      `${pipeline} is held on version ${facts.pinned} in this process; moves of the alias are ignored.`,
      `/models/${pipeline}`,
      {
        version: facts.pinned,
      },
    );
  }
  if (drift !== null)
    add("DRIFTED", "look", `The newest batch of ${pipeline} drifted: ${drift.reason}`, `/watch/${pipeline}`, drift);
  return found;
}
