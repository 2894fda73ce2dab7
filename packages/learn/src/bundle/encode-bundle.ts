import { isAtalayaError } from "@atalaya/errors";
import { errors } from "../errors.js";
import type { ModelBundle } from "./bundle.js";
import { canonicalJson } from "./canonical-json.js";
import { decodeBundle } from "./decode-bundle.js";
import {
  type ArrayName,
  type ArrayReference,
  alignedTo8,
  BYTES_PER_ELEMENT,
  FORMAT_VERSION,
  MAGIC,
  PREFIX_BYTES,
  TREE_ARRAYS,
} from "./layout.js";

/**
 * The bundle as the bytes of one file; see `layout.ts` for the format. Equal bundles give equal bytes, so the bytes'
 * hash names the model. What is written has been read back: a bundle that could not be loaded is refused here.
 *
 * @throws LEARN_BUNDLE_NOT_STORABLE
 */
export function encodeBundle(bundle: ModelBundle): Uint8Array {
  const { trees } = bundle.model;
  const references: Partial<Record<ArrayName, ArrayReference>> = {};
  let offset = 0;
  for (const { name, type } of TREE_ARRAYS) {
    const { length } = trees[name];
    references[name] = { type, offset, length };
    offset = alignedTo8(offset + length * BYTES_PER_ELEMENT[type]);
  }
  const { featureCount, outputCount, precision } = trees;
  const { formatVersion: _, ...facts } = bundle;
  const { linear } = bundle.model;
  const model = {
    ...bundle.model,
    trees: { featureCount, outputCount, precision, arrays: references },
    linear:
      linear === null
        ? null
        : { weights: Array.from(linear.weights), mean: Array.from(linear.mean), fill: Array.from(linear.fill) },
  };
  const header = new TextEncoder().encode(canonicalJson({ ...facts, model }));
  const arraysStart = alignedTo8(PREFIX_BYTES + header.length);
  const bytes = new Uint8Array(arraysStart + offset);
  bytes.set(MAGIC);
  const prefix = new DataView(bytes.buffer);
  prefix.setUint32(8, FORMAT_VERSION, true);
  prefix.setUint32(12, header.length, true);
  bytes.set(header, PREFIX_BYTES);
  for (const { name } of TREE_ARRAYS) {
    const array = trees[name];
    const start = arraysStart + (references[name]?.offset ?? 0);
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start);
  }
  checkReadable(bytes);
  return bytes;
}

function checkReadable(bytes: Uint8Array): void {
  try {
    decodeBundle(bytes);
  } catch (error) {
    if (!isAtalayaError(error)) throw error;
    const { place = "file", problem = error.message } = error.details as { place?: string; problem?: string };
    throw errors.BUNDLE_NOT_STORABLE({ place, problem }, error);
  }
}
