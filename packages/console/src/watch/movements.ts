import type { DriftDecision } from "@atalaya/api";

/** How far one feature was from training when a batch was judged. */
export interface Movement {
  readonly name: string;
  /** Effect, 0 to 1. */
  readonly distance: number;
  readonly psi: number;
  /** Chance of at least this difference without a change, corrected for the number of features. */
  readonly corrected: number;
  readonly moved: boolean;
  readonly rows: number;
}

export interface FeatureTimeline {
  readonly name: string;
  readonly largest: number;
  /** One for each decision, the oldest first; null: the feature was not judged then. */
  readonly movements: readonly (Movement | null)[];
}

/** What the drift check wrote of each feature; none where it wrote nothing that the page knows. */
export function movementsOf({ statistics }: Pick<DriftDecision, "statistics">): Movement[] {
  const features = (statistics as { features?: unknown } | null)?.features;
  if (!Array.isArray(features)) return [];
  return features.filter((each): each is Movement => {
    const { name, distance, psi, corrected } = (each ?? {}) as Partial<Record<keyof Movement, unknown>>;
    return typeof name === "string" && [distance, psi, corrected].every((value) => typeof value === "number");
  });
}

/** Each feature over the judged batches, those that moved most first. */
export function timelines(oldestFirst: readonly DriftDecision[]): FeatureTimeline[] {
  const judged = oldestFirst.map((decision) => new Map(movementsOf(decision).map((movement) => [movement.name, movement])));
  const names = [...new Set(judged.flatMap((movements) => [...movements.keys()]))];
  return names
    .map((name) => {
      const movements = judged.map((each) => each.get(name) ?? null);
      return { name, movements, largest: Math.max(0, ...movements.map((movement) => movement?.distance ?? 0)) };
    })
    .sort((one, other) => other.largest - one.largest || (one.name < other.name ? -1 : 1));
}
