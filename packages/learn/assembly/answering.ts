// The kernels of answers: codes of rows, predictions and SHAP. A module of their own, small enough for a browser. As those of
// training they are leaf functions on one linear memory without state; `src/kernels/answering-twin.ts` is equal to the bit.

export { codeNumbers, codeNumbersWide } from "./codes";
export { addGroup, explainRow, followSplit, makePatterns } from "./patterns";
export { addQuadrature } from "./quadrature";
export { addRowDouble, addRowFloat } from "./rows";
export {
  addHeapByteDouble,
  addHeapByteFloat,
  addHeapWordDouble,
  addHeapWordFloat,
  addNodesByteDouble,
  addNodesByteFloat,
  addNodesWordDouble,
  addNodesWordFloat,
} from "./walks";
