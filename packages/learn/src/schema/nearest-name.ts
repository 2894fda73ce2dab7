/** Longer names are not compared: a hostile request may hold a name of megabytes. */
const LONGEST = 64;

/**
 * The known name that a mistyped one most likely means, or null when none is near: same letters but for case and
 * separators, or at most a third of its letters changed. Ties go to the first.
 */
export function nearestName(name: string, known: Iterable<string>): string | null {
  if (name.length === 0 || name.length > LONGEST) return null;
  const plain = plainLetters(name);
  let nearest: string | null = null;
  let nearestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    if (candidate.length === 0 || candidate.length > LONGEST) continue;
    const distance = plainLetters(candidate) === plain ? 0 : editDistance(name, candidate);
    if (distance < nearestDistance) {
      nearest = candidate;
      nearestDistance = distance;
    }
  }
  return nearest;
}

function plainLetters(name: string): string {
  return name.toLowerCase().replace(/[\s_.-]/gu, "");
}

/** Fewest insertions, deletions, substitutions and swaps of neighbours that turn one name into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, position) => position);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) cost = Math.min(cost, beforeLast[column - 2] + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length];
}
