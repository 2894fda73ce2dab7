import type { Kernels } from "../kernels/kernels.js";
import { CELL_BYTES, controlAt, FEATURE_BYTES, KIND_BYTES, kindAt, SCAN_BYTES, SORT_AT } from "../kernels/layout.js";

/** What a thread needs to carry out a chunk of an operation. */
export interface Crew {
  readonly kernels: Kernels;
  readonly ints: Int32Array<ArrayBufferLike>;
  readonly doubles: Float64Array<ArrayBufferLike>;
  /** 0: the one that leads. */
  readonly thread: number;
}

/** The parts of training that threads share, each cut into chunks. Arguments lie in the memory, so that any thread has them. */
export const operations = { prepare: 0, normalise: 1, pack: 2, histogram: 3, scan: 4, split: 5, join: 6, add: 7 } as const;

/** Row chunks of gradients: a fixed number, so that sums of doubles do not depend on the threads. */
export const ROW_CHUNKS = 64;
const REALS_AT = 32;

/** Where an argument lies; `real` arguments are doubles. */
export const argumentAt = (place: number): number => controlAt.arguments + place;
export const realAt = (place: number): number => REALS_AT + place;

const share = (count: number, part: number, parts: number): number => Math.floor((count * part) / parts);

/** Carries out one chunk. Chunks write to places of their own: their order and their threads do not matter. */
export function runChunk(crew: Crew, operation: number, chunk: number): void {
  const { kernels, ints, doubles } = crew;
  const a = (place: number): number => ints[controlAt.arguments + place];
  const unsigned = (place: number): number => a(place) >>> 0;
  const real = (place: number): number => doubles[REALS_AT + place];
  switch (operation) {
    case operations.prepare: {
      const [begin, end] = [share(a(1), chunk, ROW_CHUNKS), share(a(1), chunk + 1, ROW_CHUNKS)];
      const [scores, target, weights, state] = [unsigned(2), unsigned(3), unsigned(4), unsigned(5)];
      const sums = unsigned(8) + 24 * chunk;
      kernels.prepareLoss(a(0), begin, end, scores, target, weights, state, real(0), real(1), unsigned(6), unsigned(7), sums);
      return;
    }
    case operations.normalise: {
      const [begin, end] = [share(a(0), chunk, ROW_CHUNKS), share(a(0), chunk + 1, ROW_CHUNKS)];
      kernels.softmaxNormalisers(begin, end, unsigned(1), unsigned(2), a(3), unsigned(4), unsigned(5));
      return;
    }
    case operations.pack: {
      const [begin, end] = [share(a(1), chunk, ROW_CHUNKS), share(a(1), chunk + 1, ROW_CHUNKS)];
      const [state, target, weights, packed] = [unsigned(2), unsigned(3), unsigned(4), unsigned(5)];
      kernels.packGradients(a(0), begin, end, state, target, weights, packed, real(0), real(1), a(6), real(2), real(3));
      return;
    }
    case operations.histogram:
      addToHistogram(crew, chunk);
      return;
    case operations.scan:
      scanChunk(crew, chunk);
      return;
    case operations.split: {
      const [begin, count] = rowsOfChunk(a(1), a(5), chunk);
      const [index, scratch] = [unsigned(0) + 4 * begin, unsigned(4) + 4 * begin];
      ints[(unsigned(6) >>> 2) + chunk] = kernels.splitRows(index, count, unsigned(2), unsigned(3), scratch);
      return;
    }
    case operations.join: {
      const counts = unsigned(6) >>> 2;
      const chunks = Math.ceil(a(1) / a(5));
      let before = 0;
      let all = 0;
      for (let other = 0; other < chunks; other++) {
        if (other < chunk) before += ints[counts + other];
        all += ints[counts + other];
      }
      const [begin, count] = rowsOfChunk(a(1), a(5), chunk);
      const right = unsigned(0) + 4 * (all + begin - before);
      kernels.joinRows(unsigned(4) + 4 * begin, count, ints[counts + chunk], unsigned(0) + 4 * before, right);
      return;
    }
    case operations.add: {
      const entry = (unsigned(1) >>> 2) + 4 * chunk;
      kernels.addToRows(unsigned(0), ints[entry] >>> 0, ints[entry + 1], doubles[(entry >>> 1) + 1]);
      return;
    }
    default:
      throw new RangeError(`there is no operation ${operation}`);
  }
}

function rowsOfChunk(rows: number, rowsPerChunk: number, chunk: number): [begin: number, count: number] {
  const begin = chunk * rowsPerChunk;
  return [begin, Math.min(rows, begin + rowsPerChunk) - begin];
}

/** Arguments of `histogram` and, behind them, of `scan`: they follow each other on the same leaf. */
export const histogramArguments = {
  bins: 0,
  stride: 1,
  features: 2,
  /** 0: the rows are 0, 1, 2, … */
  index: 3,
  count: 4,
  packed: 5,
  /** Where the leading thread adds, cleared before. */
  target: 6,
  /** Histograms of the other threads, that of thread 1 first. */
  privates: 7,
  bytes: 8,
  /** Scratch of thread 0; each thread has as much. */
  stage: 9,
  stageBytes: 10,
  rowsPerChunk: 11,
  /** Number of this histogram: tells a thread whether its own one is of it. */
  stamp: 12,
  threads: 13,
} as const;

export const scanArguments = {
  /** Histogram of the larger sibling, from which the smaller one's is taken off; 0: there is none. */
  larger: 14,
  kinds: 15,
  kindsOfLarger: 16,
  rules: 17,
  /** 0: not to be scanned. */
  leaf: 18,
  leafOfLarger: 19,
  candidates: 20,
  candidatesOfLarger: 21,
  featuresPerChunk: 22,
  /** Scratch of thread 0. */
  scratch: 23,
} as const;

// A helper runs this code for every chunk, long before it is compiled well: hence places that are known, and no closures.
const ARGUMENTS = controlAt.arguments;

function addToHistogram({ kernels, ints, thread }: Crew, chunk: number): void {
  const at = histogramArguments;
  const bytes = ints[ARGUMENTS + at.bytes] >>> 0;
  let histogram = ints[ARGUMENTS + at.target] >>> 0;
  if (thread > 0) {
    histogram = (ints[ARGUMENTS + at.privates] >>> 0) + (thread - 1) * bytes;
    const stamp = ints[ARGUMENTS + at.stamp];
    if (ints[controlAt.stamps + thread] !== stamp) {
      kernels.clear(histogram, bytes);
      ints[controlAt.stamps + thread] = stamp;
    }
  }
  const rowsPerChunk = ints[ARGUMENTS + at.rowsPerChunk];
  const begin = chunk * rowsPerChunk;
  const count = Math.min(ints[ARGUMENTS + at.count], begin + rowsPerChunk) - begin;
  const bins = ints[ARGUMENTS + at.bins] >>> 0;
  const stride = ints[ARGUMENTS + at.stride];
  const features = ints[ARGUMENTS + at.features];
  const packed = ints[ARGUMENTS + at.packed] >>> 0;
  const index = ints[ARGUMENTS + at.index] >>> 0;
  if (index === 0) {
    kernels.histogramOfRange(bins, stride, features, begin, count, packed, histogram);
  } else {
    const stage = (ints[ARGUMENTS + at.stage] >>> 0) + thread * ints[ARGUMENTS + at.stageBytes];
    kernels.histogramOfRows(bins, stride, features, index + 4 * begin, count, packed, histogram, stage);
  }
}

/** Some features: adds what other threads counted, takes the smaller sibling off the larger one, scans both. */
function scanChunk({ kernels, ints, thread }: Crew, chunk: number): void {
  const own = histogramArguments;
  const at = scanArguments;
  const featuresPerChunk = ints[ARGUMENTS + at.featuresPerChunk];
  const first = chunk * featuresPerChunk;
  const last = Math.min(ints[ARGUMENTS + own.features], first + featuresPerChunk);
  const kinds = ints[ARGUMENTS + at.kinds] >>> 0;
  const target = ints[ARGUMENTS + own.target] >>> 0;
  const larger = ints[ARGUMENTS + at.larger] >>> 0;
  const privates = ints[ARGUMENTS + own.privates] >>> 0;
  const bytes = ints[ARGUMENTS + own.bytes] >>> 0;
  const stamp = ints[ARGUMENTS + own.stamp];
  const threads = ints[ARGUMENTS + own.threads];
  for (let feature = first; feature < last; feature++) {
    const offset = feature * FEATURE_BYTES;
    const cells = (ints[(kinds + feature * KIND_BYTES + kindAt.valueBins) >>> 2] + 2) & ~1;
    for (let other = 1; other < threads; other++) {
      if (ints[controlAt.stamps + other] !== stamp) continue;
      kernels.addHistogram(target + offset, privates + (other - 1) * bytes + offset, cells * CELL_BYTES);
    }
    if (larger !== 0) kernels.subtractHistogram(larger + offset, target + offset, cells * CELL_BYTES);
  }
  const scratch = (ints[ARGUMENTS + at.scratch] >>> 0) + thread * SCAN_BYTES + SORT_AT;
  const rules = ints[ARGUMENTS + at.rules] >>> 0;
  const leaf = ints[ARGUMENTS + at.leaf] >>> 0;
  if (leaf !== 0) {
    kernels.scanFeatures(target, 0, kinds, first, last, rules, leaf, scratch, ints[ARGUMENTS + at.candidates] >>> 0);
  }
  const leafOfLarger = ints[ARGUMENTS + at.leafOfLarger] >>> 0;
  if (larger !== 0 && leafOfLarger !== 0) {
    const kindsOfLarger = ints[ARGUMENTS + at.kindsOfLarger] >>> 0;
    const candidates = ints[ARGUMENTS + at.candidatesOfLarger] >>> 0;
    kernels.scanFeatures(larger, 0, kindsOfLarger, first, last, rules, leafOfLarger, scratch, candidates);
  }
}
