/** Adds one tree, laid out as a complete heap of (address of codes, code), to sums. See assembly/walks.ts. */
type AddHeap = (
  nodes: number,
  depth: number,
  leaves: number,
  outputs: number,
  sums: number,
  sumBytes: number,
  count: number,
  scratch: number,
) => void;

/** Adds one tree of any depth, laid out as nodes of 16 bytes. */
type AddNodes = (root: number, outputs: number, sums: number, sumBytes: number, count: number) => void;

/** Adds all trees for one row. See assembly/rows.ts. */
type AddRow = (
  nodes: number,
  trees: number,
  depth: number,
  leaves: number,
  outputs: number,
  targets: number,
  values: number,
  sums: number,
) => void;

type CodeNumbers = (
  values: number,
  count: number,
  thresholds: number,
  steps: number,
  missing: number,
  isFloat32: number,
  into: number,
  otherMissing: number,
  other: number,
) => void;

/** The inner loops of answers, on addresses in one memory; described beside the AssemblyScript sources in `assembly/`. */
export interface AnsweringKernels {
  codeNumbers: CodeNumbers;
  codeNumbersWide: CodeNumbers;
  addHeapByteDouble: AddHeap;
  addHeapByteFloat: AddHeap;
  addHeapWordDouble: AddHeap;
  addHeapWordFloat: AddHeap;
  addNodesByteDouble: AddNodes;
  addNodesByteFloat: AddNodes;
  addNodesWordDouble: AddNodes;
  addNodesWordFloat: AddNodes;
  addRowDouble: AddRow;
  addRowFloat: AddRow;
  followSplit(codes: number, code: number, bit: number, above: number, left: number, right: number, count: number): void;
  makePatterns(
    mask: number,
    above: number,
    splits: number,
    codes0: number,
    code0: number,
    codes1: number,
    code1: number,
    codes2: number,
    code2: number,
    into: number,
    count: number,
  ): void;
  addGroup(patterns: number, table: number, width: number, columns: number, count: number): void;
  explainRow(
    steps: number,
    stepCount: number,
    groups: number,
    groupCount: number,
    patterns: number,
    lookups: number,
    lookupCount: number,
  ): void;
  addQuadrature(
    nodes: number,
    nodeCount: number,
    points: number,
    ratio: number,
    factor: number,
    values: number,
    outputs: number,
    outputBytes: number,
    effects: number,
    count: number,
    scratch: number,
  ): void;
}
