import { answeringTwin } from "./answering-twin.js";
import { ANSWERING_WASM } from "./answering-wasm.js";

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

const PAGE_BYTES = 65_536;
/** Where a vector may begin. */
const ALIGNMENT = 16;

/** A memory of fixed size that is given out piece by piece, and the kernels that work on it. */
export class AnsweringMemory {
  readonly buffer: ArrayBuffer;
  readonly kernels: AnsweringKernels;
  private end = ALIGNMENT;

  /** @param isPlain  the twin instead of WebAssembly */
  constructor(bytes: number, isPlain = !canVectorise()) {
    const pages = Math.ceil((bytes + ALIGNMENT) / PAGE_BYTES);
    if (isPlain) {
      this.buffer = new ArrayBuffer(pages * PAGE_BYTES);
      this.kernels = answeringTwin(this.buffer);
    } else {
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
      this.buffer = memory.buffer as ArrayBuffer;
      const { exports } = new WebAssembly.Instance(compiled(), { env: { memory } });
      this.kernels = exports as unknown as AnsweringKernels;
    }
  }

  /** Address of so many bytes, all zero. */
  take(bytes: number): number {
    const address = this.end;
    this.end += paddedBytes(bytes);
    return address;
  }
}

/** What `take` uses up. */
export function paddedBytes(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

let module: WebAssembly.Module | null = null;

function compiled(): WebAssembly.Module {
  module ??= new WebAssembly.Module(moduleBytes());
  return module;
}

let vectorises: boolean | null = null;

/** Whether this engine has WebAssembly with vectors. */
function canVectorise(): boolean {
  vectorises ??= typeof WebAssembly === "object" && WebAssembly.validate(moduleBytes());
  return vectorises;
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(ANSWERING_WASM), (character) => character.charCodeAt(0));
}
