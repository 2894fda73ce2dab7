import type { ColumnSchema, TaskKind } from "@atalaya/learn";
import { errors } from "../errors.js";

/** Types of tensors that models of tables read and give. */
export type TensorType = "float32" | "float64" | "int64" | "int32" | "bool" | "string";

/** How rows become the tensors that a model reads. */
export type OnnxFeed =
  /** One tensor [rows, columns]. */
  | { readonly kind: "matrix"; readonly name: string; readonly type: TensorType }
  /** One tensor [rows, 1] (or [rows]) a column, in the order of the inputs. */
  | {
      readonly kind: "columns";
      readonly tensors: readonly { readonly name: string; readonly type: TensorType; readonly rank: 1 | 2 }[];
    };

/** Everything but the model itself. */
export interface OnnxHeader {
  readonly formatVersion: 1;
  readonly pipeline: string;
  readonly task: Exclude<TaskKind, "anomaly">;
  readonly target: { readonly name: string; readonly unit: string | null };
  readonly inputs: readonly ColumnSchema[];
  /** In the order of the probabilities; null for numbers. */
  readonly classes: readonly string[] | null;
  readonly feed: OnnxFeed;
  /** The output with the value or the probabilities. */
  readonly output: string;
  /** Rows with the answers that they gave when the model came in. */
  readonly replay: {
    readonly rows: readonly Readonly<Record<string, number | string | boolean | null>>[];
    readonly answers: readonly (readonly number[])[];
  };
}

/** A model of ONNX with what is needed to serve it, as one immutable value: the same bytes give the same hash. */
export interface OnnxBundle {
  readonly header: OnnxHeader;
  readonly model: Uint8Array;
}

const magic = new TextEncoder().encode("atalaya onnx 1\n");

/** @returns the magic, the length of the header as a little-endian uint32, the header as JSON, and the model */
export function encodeOnnxBundle({ header, model }: OnnxBundle): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(magic.length + 4 + text.length + model.length);
  bytes.set(magic);
  new DataView(bytes.buffer).setUint32(magic.length, text.length, true);
  bytes.set(text, magic.length + 4);
  bytes.set(model, magic.length + 4 + text.length);
  return bytes;
}

/** True for bytes that are a bundle of this kind, whole or not. */
export function isOnnxBundle(bytes: Uint8Array): boolean {
  return magic.every((byte, place) => bytes[place] === byte);
}

/** @throws REGISTRY_ONNX_BROKEN */
export function decodeOnnxBundle(bytes: Uint8Array): OnnxBundle {
  const start = magic.length + 4;
  const length = bytes.length < start ? Number.NaN : new DataView(bytes.buffer, bytes.byteOffset).getUint32(magic.length, true);
  if (!(start + length < bytes.length)) throw errors.ONNX_BROKEN({ because: "its bytes end too early" });
  try {
    // TextDecoder reads no shared memory.
    const header = JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes.subarray(start, start + length)))) as OnnxHeader;
    if (header.formatVersion !== 1) throw errors.ONNX_BROKEN({ because: `it has the format ${header.formatVersion}` });
    return { header, model: bytes.subarray(start + length) };
  } catch (error) {
    if (error instanceof SyntaxError) throw errors.ONNX_BROKEN({ because: "its header is no JSON" }, error);
    throw error;
  }
}
