import { log } from "../arithmetic/logarithm.js";
import type { ReferenceSketch } from "../bundle/bundle.js";
import { asLevels, countLevels } from "../frame/as-levels.js";
import type { FrameColumn } from "../frame/frame.js";
import { QUANTILE_STEPS } from "./sketch-column.js";

/** A share never counts as less: an empty bin would make the index infinite. */
const SMALLEST_SHARE = 1e-4;
const BINS = 10;

/** Share of the reference and of the current rows in one bin. */
export interface DriftBin {
  /** `≤ 120`, a level, `other` or `missing`. */
  readonly label: string;
  readonly expected: number;
  readonly actual: number;
}

/**
 * Population stability index of current values against the reference: Σ (actual - expected) · ln(actual / expected) over
 * bins. Numbers fall into ten bins between deciles of the reference (fewer where deciles coincide), categories into the
 * reference's levels and `other`; missing is a bin of its own. Read as: under 0.1 stable, over 0.25 another distribution.
 * Zero rows on either side: 0.
 */
export function populationStabilityIndex(reference: ReferenceSketch, current: FrameColumn): { psi: number; bins: DriftBin[] } {
  const rows = current.kind === "category" ? current.codes.length : current.values.length;
  if (rows === 0 || reference.rows === 0) return { psi: 0, bins: [] };
  const bins = reference.kind === "number" ? numberBins(reference, current) : categoryBins(reference, current);
  const psi = bins.reduce((sum, { expected, actual }) => {
    const e = Math.max(expected, SMALLEST_SHARE);
    const a = Math.max(actual, SMALLEST_SHARE);
    return sum + (a - e) * log(a / e);
  }, 0);
  return { psi, bins };
}

function numberBins(reference: Extract<ReferenceSketch, { kind: "number" }>, current: FrameColumn): DriftBin[] {
  const values = current.kind === "category" ? new Float64Array(current.codes.length).fill(Number.NaN) : current.values;
  const present = (reference.rows - reference.missing) / reference.rows;
  const { edges, below } = decileEdges(reference.quantiles);
  const { counts, missing } = countBins(values, edges);
  const bins = Array.from(counts, (count, bin): DriftBin => {
    const label = bin < edges.length ? `≤ ${edges[bin]}` : edges.length === 0 ? "any" : `> ${edges[bin - 1]}`;
    return { label, expected: present * ((below[bin] ?? 1) - (bin === 0 ? 0 : below[bin - 1])), actual: count / values.length };
  });
  return [...bins, { label: "missing", expected: reference.missing / reference.rows, actual: missing / values.length }];
}

/** Cells of equal width between the first and the last edge; each says in which bin its values lie at least. */
const CELLS = 4_096;

/**
 * Rows by bin: those at or below each edge and above the one before, then those above the last. A table over cells says where to
 * begin, so that a value is compared with one or two edges and not with all.
 */
function countBins(values: Float64Array, edges: readonly number[]): { counts: Float64Array; missing: number } {
  const counts = new Int32Array(edges.length + 1);
  const ends = Float64Array.of(...edges, Number.POSITIVE_INFINITY);
  const first = edges[0] ?? 0;
  const width = (edges.at(-1) ?? 0) - first;
  // One edge, or edges that span everything: the table is empty, and every edge is looked at.
  const scale = width > 0 && Number.isFinite(width) && Number.isFinite(CELLS / width) ? CELLS / width : 0;
  const cellOf = (value: number): number => {
    const place = (value - first) * scale;
    return place < CELLS ? (place > 0 ? place | 0 : 0) : CELLS;
  };
  // Rounding keeps the order: an edge in a lower cell is less than every value of this one.
  const begins = new Uint8Array(CELLS + 1);
  for (const edge of scale > 0 ? edges : []) for (let cell = cellOf(edge) + 1; cell <= CELLS; cell++) begins[cell]++;
  let missing = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    const place = (value - first) * scale;
    let bin = begins[place < CELLS ? (place > 0 ? place | 0 : 0) : CELLS];
    while (value > ends[bin]) bin++;
    if (!Number.isNaN(value)) counts[bin]++;
    else missing++;
  }
  return { counts: Float64Array.from(counts), missing };
}

/** Distinct deciles with the share of present reference values at or below each; those that hold all of them are no edge. */
function decileEdges(quantiles: readonly number[]): { edges: number[]; below: number[] } {
  const edges: number[] = [];
  const below: number[] = [];
  for (let bin = 1; bin < BINS; bin++) {
    const edge = quantiles[(bin * QUANTILE_STEPS) / BINS];
    const share = quantiles.findLastIndex((quantile) => quantile <= edge) / QUANTILE_STEPS;
    if (edge === undefined || edge === edges.at(-1) || share >= 1) continue;
    edges.push(edge);
    below.push(share);
  }
  return { edges, below };
}

function categoryBins(reference: Extract<ReferenceSketch, { kind: "category" }>, current: FrameColumn): DriftBin[] {
  const own = asLevels(current);
  const rows = own.codes.length;
  const counts = countLevels(own);
  const countByLevel = new Map(own.levels.map((level, code) => [level, counts[code]]));
  const present = counts.reduce((sum, count) => sum + count, 0);
  let named = 0;
  const bins = reference.levels.map(({ level, rows: expected }): DriftBin => {
    const count = countByLevel.get(level) ?? 0;
    named += count;
    return { label: level, expected: expected / reference.rows, actual: count / rows };
  });
  const other = { label: "other", expected: reference.other / reference.rows, actual: (present - named) / rows };
  return [...bins, other, { label: "missing", expected: reference.missing / reference.rows, actual: (rows - present) / rows }];
}
