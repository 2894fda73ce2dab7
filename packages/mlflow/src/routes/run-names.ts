import { randomInt } from "node:crypto";

const qualities = [
  "able",
  "brave",
  "calm",
  "clever",
  "eager",
  "gentle",
  "honest",
  "keen",
  "lively",
  "merry",
  "nimble",
  "patient",
  "quiet",
  "sharp",
  "steady",
  "swift",
  "thoughtful",
  "upbeat",
  "vigilant",
  "wise",
];
const birds = [
  "auk",
  "crane",
  "dove",
  "eagle",
  "falcon",
  "finch",
  "heron",
  "ibis",
  "jay",
  "kite",
  "lark",
  "martin",
  "osprey",
  "owl",
  "plover",
  "raven",
  "stork",
  "swift",
  "tern",
  "wren",
];

/** A name for what was not given one: `patient-heron-412`. */
export function inventName(): string {
  return `${qualities[randomInt(qualities.length)]}-${birds[randomInt(birds.length)]}-${randomInt(1_000)}`;
}
