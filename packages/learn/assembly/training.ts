// The kernels of the tree learners: leaf functions on one linear memory. They hold no state, no stack in memory and no
// data segment, start no thread and wait for nothing: any number of instances may share a memory, and what is shared out
// among threads is decided by their caller. `src/kernels/twin` holds the same functions in TypeScript, equal to the bit.

export { binCategories, binNumbers, gatherNumbers, sortDoubles, transposeBins } from "./binning";
export { scanFeatures, scanRows } from "./candidates";
export { histogramOfClasses, scanClasses } from "./classes";
export { addToRows, gatherResiduals, packGradients, prepareLoss, softmaxNormalisers } from "./gradients";
export { addHistogram, clear, countBins, histogramOfRange, histogramOfRows, subtractHistogram, sumCells } from "./histograms";
export { joinRows, partitionRows, splitRows } from "./partition";
