// Bundles of ONNX models alone: whoever serves them needs neither PostgreSQL nor the rest of the registry to read one.
export {
  decodeOnnxBundle,
  encodeOnnxBundle,
  isOnnxBundle,
  type OnnxBundle,
  type OnnxFeed,
  type OnnxHeader,
  type TensorType,
} from "./foreign/onnx-bundle.js";
