/** Memory that kernels work on: of WebAssembly, or the twin's own. */
export interface LinearMemory {
  readonly buffer: ArrayBufferLike;
  /** Adds pages of 64 KiB; views made before are void. */
  grow(pages: number): number;
}

/**
 * The inner loops of training, on addresses in one memory: in AssemblyScript (`assembly/`) and in TypeScript (`twin/`),
 * equal to the bit. They hold no state. Argument lists and layouts are documented beside the AssemblyScript sources.
 */
export interface Kernels {
  clear(address: number, bytes: number): void;
  histogramOfRange(
    bins: number,
    stride: number,
    features: number,
    first: number,
    count: number,
    packed: number,
    histogram: number,
  ): void;
  histogramOfRows(
    bins: number,
    stride: number,
    features: number,
    index: number,
    count: number,
    packed: number,
    histogram: number,
    stage: number,
  ): void;
  addHistogram(target: number, other: number, bytes: number): void;
  subtractHistogram(larger: number, smaller: number, bytes: number): void;
  sumCells(cells: number, count: number, target: number): void;
  countBins(column: number, index: number, count: number, counts: number): void;
  histogramOfClasses(
    bins: number,
    stride: number,
    features: number,
    index: number,
    count: number,
    packed: number,
    codes: number,
    classes: number,
    histogram: number,
  ): void;
  scanFeatures(
    histogram: number,
    counts: number,
    kinds: number,
    first: number,
    last: number,
    rules: number,
    leaf: number,
    scratch: number,
    candidates: number,
  ): void;
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
  ): void;
  scanClasses(
    histogram: number,
    classes: number,
    kinds: number,
    first: number,
    last: number,
    weightUnit: number,
    minRows: number,
    threshold: number,
    totals: number,
    scratch: number,
    candidates: number,
  ): void;
  partitionRows(index: number, count: number, column: number, goesLeft: number, scratch: number): number;
  splitRows(index: number, count: number, column: number, goesLeft: number, scratch: number): number;
  joinRows(scratch: number, count: number, leftCount: number, left: number, right: number): void;
  prepareLoss(
    loss: number,
    begin: number,
    end: number,
    scores: number,
    target: number,
    weights: number,
    state: number,
    parameter: number,
    output: number,
    highest: number,
    inverse: number,
    sums: number,
  ): void;
  packGradients(
    mode: number,
    begin: number,
    end: number,
    state: number,
    target: number,
    weights: number,
    packed: number,
    gradientScale: number,
    hessianScale: number,
    bits: number,
    output: number,
    parameter: number,
  ): void;
  softmaxNormalisers(
    begin: number,
    end: number,
    scores: number,
    outputBytes: number,
    outputs: number,
    highest: number,
    inverse: number,
  ): void;
  addToRows(scores: number, index: number, count: number, value: number): void;
  gatherResiduals(scores: number, target: number, index: number, count: number, into: number): void;
  sortDoubles(values: number, count: number, scratch: number): void;
  gatherNumbers(values: number, first: number, rows: number, count: number, into: number): number;
  binNumbers(values: number, count: number, cuts: number, steps: number, missing: number, into: number): number;
  binCategories(values: number, count: number, table: number, codes: number, missing: number, into: number): void;
  transposeBins(
    columns: number,
    columnBytes: number,
    features: number,
    begin: number,
    end: number,
    bins: number,
    stride: number,
  ): void;
}
