import { createHash } from "node:crypto";
import type { TaskLaunch } from "@atalaya/run";

/** A pod's name is its Job's with an index and a suffix, and a host name has 63 characters at most. */
const LONGEST_WORD = 16;

/**
 * Name of a launch's Job: the same for every worker that comes to it, and another for every attempt. A DNS label (RFC 1123) of
 * at most 50 characters.
 */
export function jobName(installation: string, { key, pipeline, fanOut }: TaskLaunch): string {
  const step = stepWord({ key, fanOut });
  const hash = createHash("sha256").update(`${installation}/${key.run}/${step}`).digest("hex").slice(0, 10);
  return `${word(pipeline)}-${word(step)}-${hash}-${key.attempt}`;
}

/** What a launch carries out, in a word: the step, or the first and the last of several. */
export function stepWord({ key, fanOut }: Pick<TaskLaunch, "key" | "fanOut">): string {
  if (fanOut === null) return key.step;
  return `${key.step.replace(/\d+$/, String(fanOut.first))}-${fanOut.first + fanOut.count - 1}`;
}

/** The text as part of a DNS label or of a label's value. */
export function word(text: string, longest = LONGEST_WORD): string {
  const plain = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return plain.slice(0, longest).replaceAll(/^-+|-+$/g, "") || "x";
}
