import {
  chiSquare,
  type FrameColumn,
  kolmogorovTail,
  populationStabilityIndex,
  presentValues,
  type ReferenceSketch,
} from "@atalaya/learn";

/** How far the current rows of one column are from the reference. */
export interface Movement {
  readonly name: string;
  readonly kind: "number" | "category";
  /** Rows of the current sample, and those of them without a value. */
  readonly rows: number;
  readonly missing: number;
  /** Effect (0–1): Kolmogorov-Smirnov of numbers, total variation beyond chance of categories; or the change of the missing share, if that is more. */
  readonly distance: number;
  /** Chance of at least this difference without a change. */
  readonly chance: number;
  readonly psi: number;
}

interface Test {
  readonly distance: number;
  readonly chance: number;
}

const SAME: Test = { distance: 0, chance: 1 };
/** Levels with fewer expected rows are tested together, as the chi-square distribution asks for. */
const LEAST_EXPECTED = 5;

/** Compares a column with its sketch; values and missing shares are two tests. Cost: O(rows · log rows). */
export function compareColumn(reference: ReferenceSketch, column: FrameColumn): Movement {
  const rows = column.kind === "category" ? column.codes.length : column.values.length;
  const values = reference.kind === "number" ? numbersOf(column) : null;
  const counts = reference.kind === "category" ? levelCounts(column) : null;
  const present = values?.length ?? [...(counts ?? new Map<string, number>()).values()].reduce((sum, count) => sum + count, 0);
  const missing = rows - present;
  const inValues =
    reference.kind === "number" ? compareNumbers(reference, values ?? new Float64Array()) : compareLevels(reference, counts!);
  const inMissing = compareMissing(reference, rows, missing);
  return {
    name: reference.name,
    kind: reference.kind,
    rows,
    missing,
    distance: Math.max(inValues.distance, inMissing.distance),
    chance: Math.min(1, 2 * Math.min(inValues.chance, inMissing.chance)),
    psi: populationStabilityIndex(reference, column).psi,
  };
}

/** The values that are there, ascending. A column that turned into texts has no numbers: all of it is missing. */
function numbersOf(column: FrameColumn): Float64Array {
  return column.kind === "category" ? new Float64Array() : presentValues(column.values).sort();
}

function levelCounts(column: FrameColumn): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (level: string, rows: number): void => {
    if (rows > 0) counts.set(level, (counts.get(level) ?? 0) + rows);
  };
  if (column.kind === "category") {
    const byCode = new Float64Array(column.levels.length);
    for (const code of column.codes) if (code >= 0) byCode[code]!++;
    byCode.forEach((rows, code) => {
      count(column.levels[code]!, rows);
    });
  } else {
    let [yes, no] = [0, 0];
    for (const value of column.values) {
      if (value === 1) yes++;
      else if (value === 0) no++;
    }
    count("true", yes);
    count("false", no);
  }
  return counts;
}

function compareMissing(reference: ReferenceSketch, rows: number, missing: number): Test {
  const before = reference.missing;
  if (rows === 0 || reference.rows === 0) return SAME;
  const distance = Math.abs(missing / rows - before / reference.rows);
  const chance = chanceOf([
    [reference.rows - before, rows - missing],
    [before, missing],
  ]);
  return { distance, chance };
}

/** Largest distance between the two distribution functions, at every value of either side. */
function compareNumbers(reference: Extract<ReferenceSketch, { kind: "number" }>, sorted: Float64Array): Test {
  const { quantiles } = reference;
  if (quantiles.length === 0 || sorted.length === 0) return SAME;
  const share = shareBelow(quantiles);
  let distance = 0;
  for (let at = 0; at < sorted.length; ) {
    const value = sorted[at]!;
    // Just below the value, then at it: a step of the current function is compared on both sides.
    const below = share(value, false);
    distance = Math.max(distance, Math.abs(at / sorted.length - below));
    while (at < sorted.length && sorted[at] === value) at++;
    distance = Math.max(distance, Math.abs(at / sorted.length - share(value, true)));
  }
  const before = reference.rows - reference.missing;
  const rows = Math.max(1, Math.round((before * sorted.length) / (before + sorted.length)));
  return { distance, chance: kolmogorovTail(rows, distance) };
}

/**
 * The reference's share of values below (or at or below) a value, linear between quantiles. Quantiles that are equal are an
 * atom whose ends lie anywhere inside a step: the middle of the step is nearest on average.
 */
function shareBelow(quantiles: readonly number[]): (value: number, inclusive: boolean) => number {
  const last = quantiles.length - 1;
  return (value, inclusive) => {
    const first = lowerBound(quantiles, value);
    if (first > last) return 1;
    if (quantiles[first]! > value) {
      if (first === 0) return 0;
      const [low, high] = [quantiles[first - 1]!, quantiles[first]!];
      return (first - 1 + (value - low) / (high - low)) / last;
    }
    let end = first;
    while (end < last && quantiles[end + 1] === value) end++;
    if (end === first) return first / last;
    return inclusive ? (end === last ? 1 : (end + 0.5) / last) : first === 0 ? 0 : (first - 0.5) / last;
  };
}

/** Position of the first quantile that is not below the value. */
function lowerBound(quantiles: readonly number[], value: number): number {
  let [low, high] = [0, quantiles.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (quantiles[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Levels of the sketch one by one, all others together. */
function compareLevels(reference: Extract<ReferenceSketch, { kind: "category" }>, counts: ReadonlyMap<string, number>): Test {
  const now = [...counts.values()].reduce((sum, rows) => sum + rows, 0);
  let named = 0;
  const pairs = reference.levels.map(({ level, rows }): [number, number] => {
    const current = counts.get(level) ?? 0;
    named += current;
    return [rows, current];
  });
  pairs.push([reference.other, now - named]);
  const before = pairs.reduce((sum, [rows]) => sum + rows, 0);
  if (before === 0 || now === 0) return SAME;
  let [variation, byChance] = [0, 0];
  for (const [then, current] of pairs) {
    const pooled = (then + current) / (before + now);
    variation += Math.abs(then / before - current / now) / 2;
    // Mean absolute difference of two samples of one distribution.
    byChance += Math.sqrt((pooled * (1 - pooled) * (1 / before + 1 / now)) / (2 * Math.PI));
  }
  return { distance: Math.max(0, variation - byChance), chance: chanceOf(pairs) };
}

/** The chi-square test over cells, [reference, current] each; small cells are added up. */
function chanceOf(pairs: readonly (readonly [number, number])[]): number {
  const before = pairs.reduce((sum, [rows]) => sum + rows, 0);
  const now = pairs.reduce((sum, [, rows]) => sum + rows, 0);
  if (before === 0 || now === 0) return 1;
  const smaller = Math.min(before, now) / (before + now);
  const isLarge = ([then, current]: readonly [number, number]): boolean => (then + current) * smaller >= LEAST_EXPECTED;
  const large = pairs.filter(isLarge);
  const rest = pairs.filter((pair) => !isLarge(pair));
  const cells = [...large, [sumOf(rest, 0), sumOf(rest, 1)] as const];
  return chiSquare(
    cells.map(([then]) => then),
    cells.map(([, current]) => current),
  ).chance;
}

function sumOf(pairs: readonly (readonly [number, number])[], side: 0 | 1): number {
  return pairs.reduce((sum, pair) => sum + pair[side], 0);
}
