import { parseCron } from "./cron.js";
import type { TriggerDefinition } from "./definition.js";
import { errors } from "./errors.js";

/** When to train again; `Feature` are the features that it watches. */
export interface Trigger<Feature extends string> {
  readonly on?: Feature;
  readonly definition: TriggerDefinition;
}

export interface DriftRule<Feature extends string> {
  /** Left out: `psi` where a limit of it is given, else `effect` (see `DriftTriggerDefinition`). */
  readonly rule?: "effect" | "psi" | "classic";
  /** Least distance (0–1) between the two distributions of a feature that counts as a move; 0.025. */
  readonly effect?: number;
  /** Share of false alarms among the features that are called moved; 0.01. */
  readonly falseDiscovery?: number;
  /** Limit of the population stability index: 0.1 is a small move, 0.25 another distribution. */
  readonly psi?: number;
  readonly on?: readonly Feature[];
  /** Fewer rows are "not enough data": they wait for the next batch; 1,000. */
  readonly minRows?: number;
}

/**
 * New rows do not look like those that the live version was trained on. Without options: a feature (or the prediction) moved
 * by at least 0.025 of its distribution, beyond chance.
 *
 * @throws DEFINE_BAD_SHARE, DEFINE_BAD_COUNT
 */
export function whenDrifted<Feature extends string = never>(rule: DriftRule<Feature> = {}): Trigger<Feature> {
  const { psi = null, effect = 0.025, falseDiscovery = 0.01, on = [], minRows = 1_000 } = rule;
  const chosen = rule.rule ?? (psi === null ? "effect" : "psi");
  for (const [what, value] of Object.entries({ effect, falseDiscovery })) {
    if (!(value > 0 && value < 1)) throw errors.BAD_SHARE({ what, value });
  }
  checkCount("minRows", minRows);
  const limit = chosen === "psi" ? (psi ?? 0.2) : psi;
  return { definition: { trigger: "whenDrifted", rule: chosen, effect, falseDiscovery, psi: limit, on, minRows } };
}

/** So many accepted rows came since the last training. */
export function afterRows(rows: number): Trigger<never> {
  checkCount("afterRows()", rows);
  return { definition: { trigger: "afterRows", rows } };
}

/** Every new batch with accepted rows. */
export function onNewBatch(): Trigger<never> {
  return { definition: { trigger: "newBatch" } };
}

/**
 * Five fields, minute hour day month weekday, in UTC: `0 3 * * 1` is Monday at three. Lists, ranges, steps and English names
 * are understood; moments that were missed are caught up once.
 *
 * @throws DEFINE_BAD_CRON
 */
export function cron(expression: string): Trigger<never> {
  parseCron(expression);
  return { definition: { trigger: "cron", expression } };
}

function checkCount(what: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1)) throw errors.BAD_COUNT({ what, value });
}
