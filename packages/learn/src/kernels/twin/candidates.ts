import { CANDIDATE_BYTES, COUNTS_BYTES, FEATURE_BYTES } from "../layout.js";
import { scanCategory } from "./categories.js";
import {
  boundedValue,
  readKind,
  readLeaf,
  readRules,
  scoreOfValue,
  TwinCandidate,
  type TwinKind,
  type TwinLeaf,
  type TwinRules,
} from "./scan-context.js";
import type { Views } from "./views.js";

/** The score of a split; -Infinity where a bound forbids it. */
function boundedScore(
  gradient: number,
  hessian: number,
  gradientRight: number,
  hessianRight: number,
  rules: TwinRules,
  leaf: TwinLeaf,
  monotone: number,
): number {
  const left = boundedValue(gradient, hessian, rules, leaf, rules.l2);
  const right = boundedValue(gradientRight, hessianRight, rules, leaf, rules.l2);
  if ((monotone > 0 && left > right) || (monotone < 0 && left < right)) return Number.NEGATIVE_INFINITY;
  return (
    scoreOfValue(gradient, hessian, rules.l1, rules.l2, left) +
    scoreOfValue(gradientRight, hessianRight, rules.l1, rules.l2, right)
  );
}

/** Both of the AssemblyScript's ways through a feature of numbers: without missing values they give the same. */
function scanNumbers(
  views: Views,
  histogram: number,
  counts: number,
  kind: TwinKind,
  rules: TwinRules,
  leaf: TwinLeaf,
  best: TwinCandidate,
): void {
  const { valueBins } = kind;
  const { l2, shift, minRows } = rules;
  const least = rules.countsRows ? minRows : Math.max(rules.minHessian, ((minRows - 0.5) * leaf.hessian) / leaf.rows);
  const cell = (bin: number): number => (histogram >>> 2) + 2 * bin;
  const rowsOf = (bin: number): number => (counts === 0 ? 0 : views.words[(counts >>> 2) + bin]);
  const missingUpper = views.upper(cell(valueBins), shift);
  const missingLower = views.lower(cell(valueBins), shift);
  const missingRows = rowsOf(valueBins);
  const isWhole = views.isZero(cell(valueBins)) && missingRows === 0;
  const lastBin = isWhole ? valueBins - 1 : valueBins;
  let score = leaf.threshold;
  let upper = 0;
  let lower = 0;
  let rows = 0;
  for (let bin = 0; bin < lastBin; bin++) {
    const own = rowsOf(bin);
    if (views.isZero(cell(bin)) && own === 0) continue;
    upper += views.upper(cell(bin), shift);
    lower += views.lower(cell(bin), shift);
    rows += own;
    if (leaf.hessian - lower * rules.hessianUnit < least) break;
    for (let side = 0; side < 2; side++) {
      if (side === 1 && (isWhole || bin === valueBins - 1)) break;
      const hessian = (side === 0 ? lower : lower + missingLower) * rules.hessianUnit;
      const hessianRight = leaf.hessian - hessian;
      if (hessian < least || hessianRight < least) continue;
      const leftRows = side === 0 ? rows : rows + missingRows;
      if (counts !== 0 && (leftRows < minRows || leaf.rows - leftRows < minRows)) continue;
      const gradient = (side === 0 ? upper : upper + missingUpper) * rules.gradientUnit;
      const gradientRight = leaf.gradient - gradient;
      if (rules.isBounded) {
        const bounded = boundedScore(gradient, hessian, gradientRight, hessianRight, rules, leaf, kind.monotone);
        if (!(bounded > score)) continue;
        score = bounded;
      } else {
        const divisor = hessian + l2;
        const divisorRight = hessianRight + l2;
        const numerator = gradient * gradient * divisorRight + gradientRight * gradientRight * divisor;
        const denominator = divisor * divisorRight;
        if (!(numerator > score * denominator)) continue;
        score = numerator / denominator;
      }
      best.gain = score - leaf.score;
      best.bin = bin;
      best.setLeft(gradient, hessian);
      best.missingLeft = (isWhole ? hessian >= hessianRight : side === 1) ? 1 : 0;
    }
  }
}

export function candidateKernels(views: Views) {
  const scanFeature = (
    histogram: number,
    counts: number,
    kind: TwinKind,
    rules: TwinRules,
    leaf: TwinLeaf,
    address: number,
  ): void => {
    const best = new TwinCandidate(views, address);
    best.gain = 0;
    best.bin = -1;
    best.missingLeft = 0;
    if (!kind.isUsed || kind.valueBins < 1) return;
    if (kind.isCategory) scanCategory(views, histogram, counts, kind, rules, leaf, best);
    else scanNumbers(views, histogram, counts, kind, rules, leaf, best);
  };
  return {
    scanFeatures(
      histogram: number,
      counts: number,
      kinds: number,
      first: number,
      last: number,
      rules: number,
      leaf: number,
      _scratch: number,
      candidates: number,
    ): void {
      views.refresh();
      const [ownRules, ownLeaf] = [readRules(views, rules), readLeaf(views, leaf)];
      for (let feature = first; feature < last; feature++) {
        const kind = readKind(views, kinds, feature);
        scanFeature(histogram + feature * FEATURE_BYTES, counts, kind, ownRules, ownLeaf, candidates + feature * CANDIDATE_BYTES);
      }
    },
    scanRows(
      bins: number,
      stride: number,
      index: number,
      count: number,
      packed: number,
      kinds: number,
      first: number,
      last: number,
      rules: number,
      leaf: number,
      scratch: number,
      candidates: number,
    ): void {
      const { words, bytes } = views.refresh();
      const [ownRules, ownLeaf] = [readRules(views, rules), readLeaf(views, leaf)];
      const counts = scratch + FEATURE_BYTES;
      for (let feature = first; feature < last; feature++) {
        const kind = readKind(views, kinds, feature);
        const address = candidates + feature * CANDIDATE_BYTES;
        if (!kind.isUsed) {
          new TwinCandidate(views, address).bin = -1;
          continue;
        }
        for (let place = 0; place < count; place++) {
          const row = words[(index >>> 2) + place];
          const bin = bytes[bins + row * stride + feature];
          views.add((scratch >>> 2) + 2 * bin, (packed >>> 2) + 2 * row);
          if (!ownRules.countsRows) words[(counts >>> 2) + bin]++;
        }
        scanFeature(scratch, ownRules.countsRows ? 0 : counts, kind, ownRules, ownLeaf, address);
        bytes.fill(0, scratch, scratch + FEATURE_BYTES + COUNTS_BYTES);
      }
    },
  };
}
