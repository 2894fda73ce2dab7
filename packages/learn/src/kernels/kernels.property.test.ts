/// <reference types="node" />
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../random/random.js";
import type { Kernels } from "./kernels.js";
import {
  BINS,
  FEATURE_BYTES,
  KIND_BYTES,
  kindAt,
  leafAt,
  lossCodes,
  packModes,
  rulesAt,
  SCAN_BYTES,
  SORT_BYTES,
} from "./layout.js";
import { createEngine, createTwinEngine, type Engine } from "./load-kernels.js";

const ROWS = 300;
const FEATURES = 29;
const STRIDE = 32;

// One block each, far enough apart for the largest use.
const at = {
  rules: 1_024,
  leaf: 1_536,
  kinds: 2_048,
  table: 4_096,
  cuts: 6_144,
  sums: 8_448,
  candidates: 9_216,
  index: 16_384,
  scratch: 20_480,
  bins: 32_768,
  columns: 49_152,
  scores: 65_536,
  target: 81_920,
  weights: 90_112,
  state: 98_304,
  packed: 106_496,
  highest: 114_688,
  inverse: 122_880,
  histogram: 131_072,
  other: 262_144,
  classes: 393_216,
} as const;
const PAGES = 24;

const engines = [createEngine(), createTwinEngine()];
for (const { memory } of engines) memory.grow(PAGES);

/** Fills both memories alike, runs both kernels, and compares every byte but those of the scratch that they name. */
function compare(seed: number, run: (kernels: Kernels, random: Random) => unknown, scratchEnd = 0): void {
  const [ours, theirs] = engines.map((engine) => {
    new Uint8Array(engine.memory.buffer).fill(0);
    fill(engine, createRandom(seed));
    const answer = run(engine.kernels, createRandom(seed + 1));
    const bytes = new Uint8Array(engine.memory.buffer).slice();
    bytes.fill(0, at.scratch, Math.max(at.scratch, scratchEnd));
    return { kind: engine.kind, answer, bytes };
  });
  expect(ours.kind).toBe("wasm");
  expect(ours.answer).toBe(theirs.answer);
  if (Buffer.from(ours.bytes.buffer).equals(Buffer.from(theirs.bytes.buffer))) return;
  const differs = ours.bytes.findIndex((byte, place) => byte !== theirs.bytes[place]);
  expect.fail(`byte ${differs}: ${ours.bytes.slice(differs, differs + 8)} and ${theirs.bytes.slice(differs, differs + 8)}`);
}

function fill({ memory, kernels }: Engine, random: Random): void {
  const bytes = new Uint8Array(memory.buffer);
  const ints = new Int32Array(memory.buffer);
  const doubles = new Float64Array(memory.buffer);
  const binsOf = Array.from({ length: FEATURES }, () => 1 + random.integer(random.next() < 0.5 ? 6 : 250));
  const isBounded = random.next() < 0.3;
  const countsRows = random.next() < 0.5;
  for (let feature = 0; feature < FEATURES; feature++) {
    const kind = (at.kinds + feature * KIND_BYTES) >> 2;
    ints[kind + kindAt.valueBins / 4] = binsOf[feature];
    ints[kind + kindAt.isCategory / 4] = random.next() < 0.4 ? 1 : 0;
    ints[kind + kindAt.monotone / 4] = isBounded ? random.integer(3) - 1 : 0;
    ints[kind + kindAt.isUsed / 4] = random.next() < 0.9 ? 1 : 0;
    const hasMissing = random.next() < 0.5 ? 1 : 0;
    for (let row = 0; row < ROWS; row++) {
      const bin = random.integer(binsOf[feature] + hasMissing);
      bytes[at.bins + row * STRIDE + feature] = bin;
      bytes[at.columns + feature * ROWS + row] = bin;
    }
  }
  let rows = 0;
  for (let row = 0; row < ROWS; row++) if (random.next() < 0.7) ints[(at.index >> 2) + rows++] = row;
  const logistic = !countsRows;
  for (let row = 0; row < ROWS; row++) {
    for (let output = 0; output < 3; output++) doubles[(at.scores >> 3) + output * ROWS + row] = 6 * random.next() - 3;
    doubles[(at.target >> 3) + row] = random.integer(2);
    doubles[(at.weights >> 3) + row] = random.next() < 0.5 ? random.integer(4) : 3 * random.next();
  }
  const [loss, mode, bits] = logistic
    ? ([lossCodes.logistic, packModes.probability, 32] as const)
    : ([lossCodes.squared, packModes.unit, 24] as const);
  kernels.prepareLoss(loss, 0, ROWS, at.scores, at.target, 0, at.packed, 1, 1, 0, 0, at.sums);
  const scale = 2 ** 20;
  kernels.packGradients(mode, 0, ROWS, at.packed, at.target, 0, at.packed, scale, logistic ? scale : 1, bits, 1, 1);
  kernels.histogramOfRows(at.bins, STRIDE, FEATURES, at.index, rows, at.packed, at.histogram, at.scratch);
  bytes.fill(0, at.scratch, at.bins);
  for (let bin = 0; bin < BINS; bin++) bytes[at.table + bin] = random.integer(2);
  fillRules(doubles, ints, { isBounded, countsRows, scale, bits, random });
  fillLeaf(doubles, ints, { rows, bits, scale, countsRows });
}

interface RulesFill {
  readonly isBounded: boolean;
  readonly countsRows: boolean;
  readonly scale: number;
  readonly bits: number;
  readonly random: Random;
}

function fillRules(doubles: Float64Array, ints: Int32Array, { isBounded, countsRows, scale, bits, random }: RulesFill): void {
  const real = (name: keyof typeof rulesAt, value: number): void => {
    doubles[(at.rules + rulesAt[name]) >> 3] = value;
  };
  const whole = (name: keyof typeof rulesAt, value: number): void => {
    ints[(at.rules + rulesAt[name]) >> 2] = value;
  };
  real("gradientUnit", 1 / scale);
  real("hessianUnit", countsRows ? 1 : 1 / scale);
  real("l1", isBounded ? random.next() : 0);
  real("l2", random.next());
  real("categoryL2", 10 * random.next());
  real("categorySmoothing", random.integer(10));
  real("minHessian", 1e-3);
  real("minRows", 1 + random.integer(10));
  real("minGroupRows", random.integer(30));
  whole("shift", bits);
  whole("countsRows", countsRows ? 1 : 0);
  whole("isBounded", isBounded ? 1 : 0);
  whole("maxOneHot", 4);
  whole("maxCategories", 32);
}

function fillLeaf(
  doubles: Float64Array,
  ints: Int32Array,
  { rows, bits, scale, countsRows }: { rows: number; bits: number; scale: number; countsRows: boolean },
): void {
  let gradient = 0;
  let hessian = 0;
  for (let place = 0; place < rows; place++) {
    const word = (at.packed >> 2) + 2 * ints[(at.index >> 2) + place];
    const low = ints[word] >>> 0;
    gradient += (ints[word + 1] * 2 ** (32 - bits) + Math.floor(low / 2 ** bits)) / scale;
    hessian += countsRows ? 1 : (low % 2 ** bits) / scale;
  }
  const real = (name: keyof typeof leafAt, value: number): void => {
    doubles[(at.leaf + leafAt[name]) >> 3] = value;
  };
  real("gradient", gradient);
  real("hessian", hessian);
  real("score", (gradient * gradient) / hessian);
  real("threshold", (gradient * gradient) / hessian + 1e-9);
  real("lower", -0.4);
  real("upper", 0.5);
  real("rows", rows);
}

const seeds = fc.integer({ min: 0, max: 1e9 });
const check = (run: (kernels: Kernels, random: Random) => unknown, scratchEnd?: number, runs = 20): void =>
  fc.assert(
    fc.property(seeds, (seed) => compare(seed, run, scratchEnd)),
    { numRuns: runs },
  );

describe("WebAssembly and the TypeScript twin agree to the bit on", () => {
  it("histograms of rows and of ranges, their sum, difference and total", () => {
    check((kernels, random) => {
      const rows = random.integer(200);
      const features = 1 + random.integer(FEATURES);
      const stride = random.next() < 0.5 ? STRIDE : 16;
      kernels.histogramOfRows(at.bins, stride, Math.min(features, stride), at.index, rows, at.packed, at.other, at.scratch);
      kernels.histogramOfRange(at.bins, STRIDE, features, random.integer(90), rows, at.packed, at.other);
      kernels.addHistogram(at.other, at.histogram, features * FEATURE_BYTES);
      kernels.subtractHistogram(at.histogram, at.other, FEATURE_BYTES);
      kernels.sumCells(at.other, BINS, at.sums);
      kernels.countBins(at.columns, at.index, rows, at.candidates);
      kernels.clear(at.other, 16 * random.integer(100));
    }, at.bins);
  });

  it("histograms and splits of three classes", () => {
    check((kernels, random) => {
      kernels.histogramOfClasses(at.bins, STRIDE, FEATURES, at.index, 200, at.packed, at.target, 3, at.classes);
      for (let code = 0; code < 4; code++) kernels.sumCells(at.weights, 20 + code, at.sums + 8 * code);
      const minRows = random.integer(5);
      kernels.scanClasses(at.classes, 3, at.kinds, 0, FEATURES, 0.5, minRows, 1e-9, at.scores, at.scratch, at.candidates);
    }, at.bins);
  });

  it("the best split of each feature: missing values, bounds, categories, exact counts", () => {
    check(
      (kernels) => {
        kernels.scanFeatures(at.histogram, 0, at.kinds, 0, FEATURES, at.rules, at.leaf, at.scratch, at.candidates);
        kernels.countBins(at.columns + 3 * ROWS, at.index, 200, at.table);
        kernels.scanFeatures(at.histogram, at.table, at.kinds, 3, 4, at.rules, at.leaf, at.scratch, at.candidates);
      },
      at.bins,
      60,
    );
  });

  it("the best split of a few rows", () => {
    check(
      (kernels, random) => {
        const rows = random.integer(200);
        kernels.scanRows(
          at.bins,
          STRIDE,
          at.index,
          rows,
          at.packed,
          at.kinds,
          0,
          FEATURES,
          at.rules,
          at.leaf,
          at.scratch,
          at.candidates,
        );
      },
      at.scratch + SCAN_BYTES,
      60,
    );
  });

  it("partitions, whole and in parts", () => {
    check((kernels, random) => {
      const rows = random.integer(200);
      const column = at.columns + random.integer(FEATURES) * ROWS;
      const left = kernels.splitRows(at.index, rows, column, at.table, at.other);
      kernels.joinRows(at.other, rows, left, at.classes, at.classes + 4 * left);
      return left * 1_000 + kernels.partitionRows(at.index, rows, column, at.table, at.scratch);
    }, at.bins);
  });

  it("gradients of every loss, packed in every way", () => {
    check((kernels, random) => {
      kernels.softmaxNormalisers(0, ROWS, at.scores, 8 * ROWS, 3, at.highest, at.inverse);
      for (const loss of Object.values(lossCodes)) {
        const weights = random.next() < 0.5 ? 0 : at.weights;
        const parameter = 0.3 + random.next();
        kernels.prepareLoss(
          loss,
          0,
          ROWS,
          at.scores,
          at.target,
          weights,
          at.state,
          parameter,
          random.integer(2),
          at.highest,
          at.inverse,
          at.sums + 24 * loss,
        );
        const modes = loss < lossCodes.logistic ? [packModes.unit, packModes.weighted, packModes.drawn] : [packModes.probability];
        for (const mode of modes) {
          const to = at.histogram + 8 * ROWS * (4 * loss + mode);
          kernels.packGradients(mode, 0, ROWS, at.state, at.target, at.weights, to, 2 ** 18, 2 ** 20, 32 - mode, 1, parameter);
        }
      }
      kernels.addToRows(at.scores, at.index, 100, random.next());
      kernels.gatherResiduals(at.scores, at.target, at.index, 100, at.other);
    });
  });

  it("sorting, bins of numbers and of categories, and their transposition", () => {
    check((kernels, random) => {
      kernels.sortDoubles(at.scores, random.integer(600), at.other);
      kernels.clear(at.other, 8 * 600 + SORT_BYTES);
      kernels.sortDoubles(at.target, 255, at.other);
      kernels.clear(at.other, 8 * 600 + SORT_BYTES);
      const gathered = kernels.gatherNumbers(at.target, 0, at.index, ROWS, at.other);
      const consecutive = kernels.gatherNumbers(at.target, 3, 0, random.integer(ROWS - 3), at.other + 8 * gathered);
      const answer = kernels.binNumbers(
        at.scores,
        590 + random.integer(11),
        at.target,
        8,
        255,
        at.other + 8 * (gathered + consecutive),
      );
      kernels.binCategories(at.weights, ROWS, at.table, 3, 77, at.other + 1_000);
      kernels.transposeBins(at.columns, ROWS, FEATURES, 10, ROWS, at.classes, FEATURES);
      return answer;
    });
  });
});

describe("sortDoubles", () => {
  it("sorts any doubles, those of all magnitudes and signs too", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 300 }), (values) => {
        const { memory, kernels } = createEngine();
        memory.grow(PAGES);
        new Float64Array(memory.buffer).set(values, at.scores >> 3);
        kernels.sortDoubles(at.scores, values.length, at.other);
        const sorted = new Float64Array(memory.buffer, at.scores, values.length);
        expect([...sorted]).toEqual([...Float64Array.from(values, (value) => value + 0).sort()]);
      }),
      { numRuns: 50 },
    );
  });
});
