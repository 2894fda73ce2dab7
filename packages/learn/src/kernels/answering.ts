import type { AnsweringKernels } from "./answering-kernels.js";
import { answeringTwin } from "./answering-twin.js";
import { ANSWERING_WASM } from "./answering-wasm.js";

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
