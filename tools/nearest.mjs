/**
 * The candidate that is nearest to what was typed, if one is near enough to be meant.
 *
 * @param {string} typed
 * @param {readonly string[]} candidates
 * @returns {string | undefined}
 */
export function nearest(typed, candidates) {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(typed.toLowerCase(), candidate.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, typed.length / 3) ? best.candidate : undefined;
}

/**
 * Levenshtein's distance. O(length · length).
 *
 * @param {string} left
 * @param {string} right
 */
function editDistance(left, right) {
  let previous = Array.from({ length: right.length + 1 }, (_unused, position) => position);
  for (const [row, letter] of [...left].entries()) {
    const current = [row + 1];
    for (let column = 0; column < right.length; column += 1) {
      const replaced = (previous[column] ?? 0) + (letter === right[column] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
