import { errors } from "../errors.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import { nearestName } from "../schema/nearest-name.js";

/**
 * Reads constraints: a JSON object of column names, each "increasing" or "decreasing"; "" for none.
 *
 * @returns by column 1, -1 or 0; null where there is no constraint
 * @throws LEARN_MONOTONE_INVALID
 */
export function readMonotone(text: string, matrix: FeatureMatrix): Int8Array | null {
  if (text === "") return null;
  const constraints = Object.entries(parse(text));
  if (constraints.length === 0) return null;
  const directions = new Int8Array(matrix.names.length);
  for (const [feature, direction] of constraints) {
    const column = matrix.names.indexOf(feature);
    const refuse = (problem: string): Error => errors.MONOTONE_INVALID({ feature, problem });
    if (column < 0) {
      const guess = nearestName(feature, matrix.names);
      throw refuse(`there is no such column${guess === null ? "" : `; did you mean "${guess}"?`}`);
    }
    if (direction !== "increasing" && direction !== "decreasing") throw refuse(`${JSON.stringify(direction)} is no direction`);
    if ((matrix.categoryCounts?.[column] ?? null) !== null) throw refuse("a category has no order");
    directions[column] = direction === "increasing" ? 1 : -1;
  }
  return directions;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, with the text itself.
  }
  throw errors.MONOTONE_INVALID({ feature: text, problem: "the constraints are no JSON object of column names" });
}
