import { nearestName } from "@atalaya/learn/answering";

/**
 * The known word that a mistyped one probably means: the nearest one, or the only one that begins with it; null when
 * there is none.
 */
export function suggest(given: string, known: readonly string[]): string | null {
  const nearest = nearestName(given, known);
  if (nearest !== null) return nearest;
  const begun = given.length < 2 ? [] : known.filter((word) => word.startsWith(given));
  return begun.length === 1 ? (begun[0] ?? null) : null;
}
