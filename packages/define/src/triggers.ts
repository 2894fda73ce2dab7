import type { TriggerDefinition } from "./definition.js";

/** When to train again; `Feature` are the features that it watches. */
export interface Trigger<Feature extends string> {
  readonly on?: Feature;
  readonly definition: TriggerDefinition;
}

/** The population stability index of one of these features (left out: of any) exceeds `psi` over at least `minRows` rows. */
export function whenDrifted<Feature extends string = never>(rule: {
  readonly psi: number;
  readonly on?: readonly Feature[];
  readonly minRows?: number;
}): Trigger<Feature> {
  return { definition: { trigger: "whenDrifted", psi: rule.psi, on: rule.on ?? [], minRows: rule.minRows ?? 1_000 } };
}

/** So many accepted rows came since the last training. */
export function afterRows(rows: number): Trigger<never> {
  return { definition: { trigger: "afterRows", rows } };
}

/** Five fields, minute hour day month weekday, in UTC. */
export function cron(expression: string): Trigger<never> {
  return { definition: { trigger: "cron", expression } };
}
