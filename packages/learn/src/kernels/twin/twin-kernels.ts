import type { Kernels, LinearMemory } from "../kernels.js";
import { binningKernels } from "./binning.js";
import { candidateKernels } from "./candidates.js";
import { classKernels } from "./classes.js";
import { gradientKernels } from "./gradients.js";
import { histogramKernels } from "./histograms.js";
import { partitionKernels } from "./partition.js";
import { Views } from "./views.js";

/** The kernels in TypeScript: where WebAssembly or its vectors are missing, and the oracle of the tests. Some ten times slower. */
export function createTwin(memory: LinearMemory): Kernels {
  const views = new Views(memory);
  return {
    ...histogramKernels(views),
    ...partitionKernels(views),
    ...gradientKernels(views),
    ...candidateKernels(views),
    ...classKernels(views),
    ...binningKernels(views),
  };
}

const PAGE = 65_536;

/** Memory without WebAssembly. */
export function plainMemory(): LinearMemory {
  let buffer = new ArrayBuffer(PAGE);
  return {
    get buffer() {
      return buffer;
    },
    grow(pages) {
      const old = new Uint8Array(buffer);
      buffer = new ArrayBuffer(buffer.byteLength + pages * PAGE);
      new Uint8Array(buffer).set(old);
      return old.length / PAGE;
    },
  };
}
