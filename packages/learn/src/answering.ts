// What a service needs to answer with a model file: a start reads half as many files as for everything, learners included.

export { decodeBundle } from "./bundle/decode-bundle.js";
export { answersOf } from "./bundle/outputs.js";
export { checkReplay } from "./bundle/replay.js";
export { createScorer } from "./bundle/scorer.js";
export { readJsonCell, rowAsJson } from "./frame/cell.js";
export { frameOf, missingColumn } from "./frame/frame-builder.js";
export { columnOf } from "./frame/select.js";
export { columnKindOf } from "./schema/column-kind.js";
export { describeRow } from "./schema/describe-input.js";
export { nearestName } from "./schema/nearest-name.js";
export { isTime, parseTime } from "./schema/parse-time.js";
export { rowReader, rowsToFrame } from "./schema/rows-to-frame.js";
