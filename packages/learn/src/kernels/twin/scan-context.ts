import { candidateAt, KIND_BYTES, kindAt, leafAt, rulesAt } from "../layout.js";
import type { Views } from "./views.js";

export interface TwinRules {
  readonly gradientUnit: number;
  readonly hessianUnit: number;
  readonly l1: number;
  readonly l2: number;
  readonly categoryL2: number;
  readonly categorySmoothing: number;
  readonly minHessian: number;
  readonly minRows: number;
  readonly minGroupRows: number;
  readonly shift: number;
  readonly countsRows: boolean;
  readonly isBounded: boolean;
  readonly maxOneHot: number;
  readonly maxCategories: number;
}

export interface TwinLeaf {
  readonly gradient: number;
  readonly hessian: number;
  readonly threshold: number;
  readonly score: number;
  readonly lower: number;
  readonly upper: number;
  readonly rows: number;
}

export interface TwinKind {
  readonly valueBins: number;
  readonly isCategory: boolean;
  readonly monotone: number;
  readonly isUsed: boolean;
}

export function readRules({ doubles, ints }: Views, address: number): TwinRules {
  const real = (name: keyof typeof rulesAt): number => doubles[(address + rulesAt[name]) >>> 3];
  const whole = (name: keyof typeof rulesAt): number => ints[(address + rulesAt[name]) >>> 2];
  return {
    gradientUnit: real("gradientUnit"),
    hessianUnit: real("hessianUnit"),
    l1: real("l1"),
    l2: real("l2"),
    categoryL2: real("categoryL2"),
    categorySmoothing: real("categorySmoothing"),
    minHessian: real("minHessian"),
    minRows: real("minRows"),
    minGroupRows: real("minGroupRows"),
    shift: whole("shift"),
    countsRows: whole("countsRows") !== 0,
    isBounded: whole("isBounded") !== 0,
    maxOneHot: whole("maxOneHot"),
    maxCategories: whole("maxCategories"),
  };
}

export function readLeaf({ doubles }: Views, address: number): TwinLeaf {
  const real = (name: keyof typeof leafAt): number => doubles[(address + leafAt[name]) >>> 3];
  return {
    gradient: real("gradient"),
    hessian: real("hessian"),
    threshold: real("threshold"),
    score: real("score"),
    lower: real("lower"),
    upper: real("upper"),
    rows: real("rows"),
  };
}

export function readKind({ ints }: Views, kinds: number, feature: number): TwinKind {
  const at = (kinds + feature * KIND_BYTES) >>> 2;
  return {
    valueBins: ints[at + kindAt.valueBins / 4],
    isCategory: ints[at + kindAt.isCategory / 4] !== 0,
    monotone: ints[at + kindAt.monotone / 4],
    isUsed: ints[at + kindAt.isUsed / 4] !== 0,
  };
}

/** A candidate in memory. */
export class TwinCandidate {
  constructor(
    private readonly views: Views,
    private readonly address: number,
  ) {}

  set gain(value: number) {
    this.views.doubles[(this.address + candidateAt.gain) >>> 3] = value;
  }

  get gain(): number {
    return this.views.doubles[(this.address + candidateAt.gain) >>> 3];
  }

  set bin(value: number) {
    this.views.ints[(this.address + candidateAt.bin) >>> 2] = value;
  }

  set missingLeft(value: number) {
    this.views.ints[(this.address + candidateAt.missingLeft) >>> 2] = value;
  }

  setLeft(gradient: number, hessian: number): void {
    this.views.doubles[(this.address + candidateAt.leftGradient) >>> 3] = gradient;
    this.views.doubles[(this.address + candidateAt.leftHessian) >>> 3] = hessian;
  }

  clearSet(): void {
    this.views.bytes.fill(0, this.address + candidateAt.set, this.address + candidateAt.set + 32);
  }

  addToSet(bin: number): void {
    this.views.bytes[this.address + candidateAt.set + (bin >>> 3)] |= 1 << (bin & 7);
  }
}

/** The gradient with l1 taken off. */
export function shrunk(gradient: number, l1: number): number {
  return gradient > l1 ? gradient - l1 : gradient < -l1 ? gradient + l1 : 0;
}

export function boundedValue(gradient: number, hessian: number, rules: TwinRules, leaf: TwinLeaf, l2: number): number {
  return Math.max(leaf.lower, Math.min(leaf.upper, -shrunk(gradient, rules.l1) / (hessian + l2)));
}

export function scoreOfValue(gradient: number, hessian: number, l1: number, l2: number, value: number): number {
  return -(2 * shrunk(gradient, l1) * value + (hessian + l2) * value * value);
}
