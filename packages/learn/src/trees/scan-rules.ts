import type { Arena } from "../kernels/arena.js";
import { rulesAt } from "../kernels/layout.js";
import type { Leaf } from "./leaf.js";

export interface RuleOptions {
  readonly l1: number;
  readonly l2: number;
  readonly categoryL2: number;
  readonly categorySmoothing: number;
  /** Least hessian sum on either side: keeps a leaf's value finite where the loss has become flat. */
  readonly minHessian: number;
  readonly minRows: number;
  /** By matrix column: 1, the output may not fall as it grows; -1, not rise; 0. null: all 0. */
  readonly monotone: Int8Array | null;
  /** True where hessians are counts of rows (or of draws). */
  readonly countsRows: boolean;
  /** True where a leaf is done when its gradient is 0 or the whole of its hessian: shares of two classes. */
  readonly isOfShares: boolean;
}

/** Rows of a category's levels that are judged together, at least; levels on one side, at most; levels that count as few. */
const GROUP_ROWS = 100;
const MOST_CATEGORIES = 32;
const FEW_LEVELS = 4;

type Sums = Pick<Leaf, "gradient" | "hessian">;

/** How splits and leaf values are judged, for search and kernels alike. */
export class ScanRules {
  gradientUnit = 1;
  hessianUnit = 1;
  /** Bits of the lower part of packed gradients. */
  shift = 24;
  /** Most that one row can have. */
  largestHessian = 1;
  readonly maxOneHot = FEW_LEVELS;
  readonly isBounded: boolean;

  constructor(private readonly options: RuleOptions) {
    this.isBounded = options.l1 > 0 || options.monotone !== null;
  }

  get countsRows(): boolean {
    return this.options.countsRows;
  }

  get categoryL2(): number {
    return this.options.categoryL2;
  }

  monotoneOf(feature: number): number {
    return this.options.monotone === null ? 0 : this.options.monotone[feature];
  }

  isPure({ gradient, hessian }: Sums): boolean {
    return this.options.isOfShares && (gradient === 0 || -gradient === hessian);
  }

  /** To be called when units have changed. */
  write(arena: Arena, address: number): void {
    const { options } = this;
    const doubles = arena.doubles(address, rulesAt.shift / 8);
    const ints = arena.ints(address, rulesAt.maxCategories / 4 + 1);
    const real = (at: number, value: number): void => {
      doubles[at / 8] = value;
    };
    const whole = (at: number, value: number): void => {
      ints[at / 4] = value;
    };
    real(rulesAt.gradientUnit, this.gradientUnit);
    real(rulesAt.hessianUnit, this.hessianUnit);
    real(rulesAt.l1, options.l1);
    real(rulesAt.l2, options.l2);
    real(rulesAt.categoryL2, options.categoryL2);
    real(rulesAt.categorySmoothing, options.categorySmoothing);
    real(rulesAt.minHessian, options.minHessian);
    real(rulesAt.minRows, options.minRows);
    real(rulesAt.minGroupRows, GROUP_ROWS);
    whole(rulesAt.shift, this.shift);
    whole(rulesAt.countsRows, options.countsRows ? 1 : 0);
    whole(rulesAt.isBounded, this.isBounded ? 1 : 0);
    whole(rulesAt.maxOneHot, FEW_LEVELS);
    whole(rulesAt.maxCategories, MOST_CATEGORIES);
  }

  /** Best value of a leaf with these sums, between the leaf's bounds. */
  leafValue({ gradient, hessian }: Sums, { lower, upper, extraL2 }: Pick<Leaf, "lower" | "upper" | "extraL2">): number {
    const divisor = hessian + this.options.l2 + extraL2;
    const value = divisor > 0 ? -this.shrunk(gradient) / divisor : 0;
    return Math.max(lower, Math.min(upper, value));
  }

  /** Twice the loss that a leaf removes, unsplit. */
  scoreOf(leaf: Leaf): number {
    const { l2 } = this.options;
    const { gradient, hessian } = leaf;
    if (hessian + l2 <= 0) return 0;
    if (!this.isBounded) return (gradient * gradient) / (hessian + l2);
    const value = this.leafValue(leaf, { ...leaf, extraL2: 0 });
    return -(2 * this.shrunk(gradient) * value + (hessian + l2) * value * value);
  }

  private shrunk(gradient: number): number {
    const { l1 } = this.options;
    return gradient > l1 ? gradient - l1 : gradient < -l1 ? gradient + l1 : 0;
  }
}
