import { boundedValue, scoreOfValue, type TwinCandidate, type TwinKind, type TwinLeaf, type TwinRules } from "./scan-context.js";
import type { Views } from "./views.js";

function sideScore(gradient: number, hessian: number, rules: TwinRules, leaf: TwinLeaf, l2: number): number {
  if (!rules.isBounded) return (gradient * gradient) / (hessian + l2);
  return scoreOfValue(gradient, hessian, rules.l1, l2, boundedValue(gradient, hessian, rules, leaf, l2));
}

/** Gradient, hessian and rows of each bin, the one of missing values last. */
class BinSums {
  constructor(
    private readonly views: Views,
    private readonly histogram: number,
    private readonly counts: number,
    private readonly rules: TwinRules,
    private readonly leaf: TwinLeaf,
  ) {}

  isEmpty(bin: number): boolean {
    return this.views.isZero((this.histogram >>> 2) + 2 * bin);
  }

  gradient(bin: number): number {
    return this.views.upper((this.histogram >>> 2) + 2 * bin, this.rules.shift) * this.rules.gradientUnit;
  }

  hessian(bin: number): number {
    return this.views.lower((this.histogram >>> 2) + 2 * bin, this.rules.shift) * this.rules.hessianUnit;
  }

  rows(bin: number): number {
    if (this.rules.countsRows) return this.hessian(bin);
    if (this.counts !== 0) return this.views.words[(this.counts >>> 2) + bin];
    return this.leaf.hessian > 0 ? (this.hessian(bin) * this.leaf.rows) / this.leaf.hessian : 0;
  }
}

function scanOneAgainstRest(sums: BinSums, kind: TwinKind, rules: TwinRules, leaf: TwinLeaf, best: TwinCandidate): void {
  let score = leaf.threshold;
  for (let bin = 0; bin <= kind.valueBins; bin++) {
    const hessian = sums.hessian(bin);
    const hessianRight = leaf.hessian - hessian;
    const rows = sums.rows(bin);
    if (rows < rules.minRows || leaf.rows - rows < rules.minRows) continue;
    if (hessian < rules.minHessian || hessianRight < rules.minHessian) continue;
    const gradient = sums.gradient(bin);
    const own =
      sideScore(gradient, hessian, rules, leaf, rules.l2) +
      sideScore(leaf.gradient - gradient, hessianRight, rules, leaf, rules.l2);
    if (!(own > score)) continue;
    score = own;
    best.gain = score - leaf.score;
    best.bin = 1;
    best.setLeft(gradient, hessian);
    best.missingLeft = bin === kind.valueBins ? 1 : 0;
    best.clearSet();
    best.addToSet(bin);
  }
}

function scanSorted(sums: BinSums, kind: TwinKind, rules: TwinRules, leaf: TwinLeaf, best: TwinCandidate): void {
  const l2 = rules.l2 + rules.categoryL2;
  const keys = new Map<number, number>();
  for (let bin = 0; bin <= kind.valueBins; bin++) {
    if (sums.isEmpty(bin) || sums.rows(bin) < rules.categorySmoothing) continue;
    keys.set(bin, sums.gradient(bin) / (sums.hessian(bin) + rules.categorySmoothing));
  }
  const order = [...keys].sort(([bin, key], [other, otherKey]) => key - otherKey || bin - other).map(([bin]) => bin);
  const most = Math.min(rules.maxCategories, Math.floor((order.length + 1) / 2));
  let score = leaf.threshold;
  let chosen: number[] = [];
  for (const bins of [order, order.toReversed()]) {
    let gradient = 0;
    let hessian = 0;
    let rows = 0;
    let groupRows = 0;
    for (let taken = 0; taken < most; taken++) {
      const bin = bins[taken];
      const own = sums.rows(bin);
      // Multiples of a power of two: these sums are exact, as those of the packed parts are.
      gradient += sums.gradient(bin);
      hessian += sums.hessian(bin);
      rows += own;
      groupRows += own;
      const hessianRight = leaf.hessian - hessian;
      if (rows < rules.minRows || hessian < rules.minHessian) continue;
      const rowsRight = leaf.rows - rows;
      if (rowsRight < rules.minRows || rowsRight < rules.minGroupRows || hessianRight < rules.minHessian) break;
      if (groupRows < rules.minGroupRows) continue;
      groupRows = 0;
      const whole =
        sideScore(gradient, hessian, rules, leaf, l2) + sideScore(leaf.gradient - gradient, hessianRight, rules, leaf, l2);
      if (!(whole > score)) continue;
      score = whole;
      best.gain = score - leaf.score;
      best.bin = taken + 1;
      best.setLeft(gradient, hessian);
      chosen = bins.slice(0, taken + 1);
    }
  }
  if (chosen.length === 0) return;
  best.clearSet();
  for (const bin of chosen) best.addToSet(bin);
  if (chosen.includes(kind.valueBins)) best.missingLeft = 1;
}

export function scanCategory(
  views: Views,
  histogram: number,
  counts: number,
  kind: TwinKind,
  rules: TwinRules,
  leaf: TwinLeaf,
  best: TwinCandidate,
): void {
  const sums = new BinSums(views, histogram, counts, rules, leaf);
  if (kind.valueBins <= rules.maxOneHot) scanOneAgainstRest(sums, kind, rules, leaf, best);
  else scanSorted(sums, kind, rules, leaf, best);
}
