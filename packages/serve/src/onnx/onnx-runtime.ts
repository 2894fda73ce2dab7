import { createRequire } from "node:module";
import { join } from "node:path";
import type { TensorType } from "@atalaya/registry/onnx";
import { errors } from "../errors.js";

export interface Tensor {
  readonly type: TensorType;
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array | readonly string[];
}

/** One input or output of a model. A dimension that is a name is as long as the rows are many. */
export interface TensorShape {
  readonly name: string;
  /** Null: something else than a tensor of these types, such as a list of maps. */
  readonly type: TensorType | null;
  readonly shape: readonly (number | string)[];
}

/** An ONNX model in memory. */
export interface OnnxSession {
  readonly inputs: readonly TensorShape[];
  readonly outputs: readonly TensorShape[];
  /** Computes the named outputs. It holds the thread, as scoring trees does. */
  run(feeds: Readonly<Record<string, Tensor>>, outputs: readonly string[]): Readonly<Record<string, Tensor>>;
}

interface NativeTensorFacts {
  readonly name: string;
  readonly isTensor?: boolean;
  readonly type?: unknown;
  readonly shape?: readonly number[];
  readonly symbolicDimensions?: readonly (string | undefined)[];
}

interface NativeSession {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: object): void;
  readonly inputMetadata?: readonly NativeTensorFacts[];
  readonly outputMetadata?: readonly NativeTensorFacts[];
  run(feeds: object, fetches: object, options: object): Record<string, Tensor>;
}

/** The part of onnxruntime-node that computes without going through the event loop, as its own interface does. */
interface NativeBinding {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  readonly initOrt?: () => void;
}

/** Element types as ONNX numbers them. */
const typeByNumber: Readonly<Record<number, TensorType>> = {
  1: "float32",
  6: "int32",
  7: "int64",
  8: "string",
  9: "bool",
  11: "float64",
};

/** Makes what the runtime reads of plain data. */
type NativeTensor = new (type: TensorType, data: Tensor["data"], dims: readonly number[]) => Tensor;

interface Runtime extends NativeBinding {
  readonly Tensor: NativeTensor;
}

let native: Runtime | null = null;

/**
 * Loads onnxruntime-node, which is no dependency of Atalaya: whoever serves ONNX models installs it beside their project.
 *
 * @throws SERVE_ONNX_RUNTIME_MISSING
 */
function loadNative(): Runtime {
  if (native !== null) return native;
  const failures: string[] = [];
  for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      const path = createRequire(from).resolve("onnxruntime-node/dist/binding.js");
      const own = createRequire(path);
      const { binding, initOrt } = own(path) as NativeBinding;
      initOrt?.();
      native = { binding, Tensor: (own("onnxruntime-common") as { Tensor: NativeTensor }).Tensor };
      return native;
    } catch (error) {
      failures.push(error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error));
    }
  }
  throw errors.ONNX_RUNTIME_MISSING({ because: failures[0] ?? "" });
}

/** True when ONNX models can be opened here. */
export function hasOnnxRuntime(): boolean {
  try {
    loadNative();
    return true;
  } catch {
    return false;
  }
}

/** @throws SERVE_ONNX_RUNTIME_MISSING, SERVE_ONNX_REFUSED */
export function openSession(model: Uint8Array): OnnxSession {
  const { binding, Tensor: Native } = loadNative();
  const session = new binding.InferenceSession();
  // The runtime reads no shared memory, in which serving keeps its models.
  const bytes = model.buffer instanceof SharedArrayBuffer ? Uint8Array.from(model) : model;
  try {
    // One thread a session: requests are spread over the threads of serving.
    session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw refused(error);
  }
  return {
    inputs: (session.inputMetadata ?? []).map(shapeOf),
    outputs: (session.outputMetadata ?? []).map(shapeOf),
    run: (feeds, outputs) => {
      try {
        const tensors = Object.entries(feeds).map(
          ([name, { type, data, dims }]) => [name, new Native(type, data, dims)] as const,
        );
        return session.run(Object.fromEntries(tensors), Object.fromEntries(outputs.map((name) => [name, null])), {});
      } catch (error) {
        throw refused(error);
      }
    },
  };
}

function refused(error: unknown): Error {
  return errors.ONNX_REFUSED({ because: error instanceof Error ? error.message : String(error) }, error);
}

function shapeOf({ name, isTensor, type, shape, symbolicDimensions }: NativeTensorFacts): TensorShape {
  const own = typeof type === "number" ? typeByNumber[type] : undefined;
  return {
    name,
    type: isTensor === false ? null : (own ?? null),
    shape: (shape ?? []).map((length, place) => (length < 0 ? symbolicDimensions?.[place] || "rows" : length)),
  };
}
