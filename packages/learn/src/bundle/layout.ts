import type { TreeEnsemble } from "../model/model.js";

/**
 * A bundle's file: magic (8 bytes), format version and header length in bytes (unsigned 32-bit each), the header as
 * canonical JSON in UTF-8, then the arrays, each from a multiple of 8 on, gaps filled with zeros. All numbers are
 * little-endian. The header names each array's type, offset (from the first array's place) and length in elements.
 */
export const MAGIC = Uint8Array.from("ATALAYA\0", (letter) => letter.charCodeAt(0));
export const FORMAT_VERSION = 2;
/** Bytes before the header. */
export const PREFIX_BYTES = 16;

export function alignedTo8(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

export type ArrayName = {
  [Name in keyof TreeEnsemble]: TreeEnsemble[Name] extends number | string ? never : Name;
}[keyof TreeEnsemble];

export type ArrayType = "f64" | "i32" | "u8";

export type ArrayLayout = readonly { readonly name: ArrayName; readonly type: ArrayType }[];

/** The arrays of format 1: trees that split by thresholds alone. */
export const FORMAT_1_ARRAYS: ArrayLayout = [
  { name: "rootByTree", type: "i32" },
  { name: "outputByTree", type: "i32" },
  { name: "featureByNode", type: "i32" },
  { name: "thresholdByNode", type: "f64" },
  { name: "leftByNode", type: "i32" },
  { name: "rightByNode", type: "i32" },
  { name: "missingLeftByNode", type: "u8" },
  { name: "valueByNode", type: "f64" },
  { name: "coverByNode", type: "f64" },
  { name: "gainByNode", type: "f64" },
  { name: "baseByOutput", type: "f64" },
];

/** Every array of an ensemble, in the order of the file. */
export const TREE_ARRAYS: ArrayLayout = [
  ...FORMAT_1_ARRAYS,
  { name: "categorySetByNode", type: "i32" },
  { name: "categorySetStart", type: "i32" },
  { name: "categoryWords", type: "i32" },
  { name: "zeroIsMissingByFeature", type: "u8" },
];

export const BYTES_PER_ELEMENT: Readonly<Record<ArrayType, number>> = { f64: 8, i32: 4, u8: 1 };

/** Where an array lies. */
export interface ArrayReference {
  readonly type: ArrayType;
  readonly offset: number;
  readonly length: number;
}
