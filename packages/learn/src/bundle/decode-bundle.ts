import { errors } from "../errors.js";
import type { ModelBundle } from "./bundle.js";
import { HeaderReader } from "./header-reader.js";
import { alignedTo8, FORMAT_VERSION, MAGIC, PREFIX_BYTES } from "./layout.js";
import { readAnswerParts } from "./read-answer-parts.js";
import { readReplay, readSketch } from "./read-evidence.js";
import { readFeatures } from "./read-features.js";
import { readModel } from "./read-model.js";

/**
 * Reads a model file. Whatever the bytes are, this ends in a bundle whose parts fit together or in an error that names the
 * part at fault; a bundle holds data only, so reading one never executes anything. Cost: O(bytes).
 *
 * @throws LEARN_BUNDLE_NOT_A_MODEL, LEARN_BUNDLE_VERSION_UNKNOWN, LEARN_BUNDLE_BROKEN
 */
export function decodeBundle(bytes: Uint8Array): ModelBundle {
  const { header, arrays, version } = splitFile(bytes);
  const task = header.field("task").oneOf(["regression", "classification", "anomaly"]);
  const features = readFeatures(header.field("features"));
  const model = readModel(header.field("model"), arrays, task, version);
  const { featureCount, outputCount } = model.trees;
  if (featureCount !== features.columnNames.length) {
    throw header.field("model").fail(`reads ${featureCount} columns, but the features give ${features.columnNames.length}`);
  }
  const target = header.field("target").orNull((value) => ({
    name: value.field("name").text(),
    unit: value.field("unit").orNull((unit) => unit.text()),
  }));
  if ((target === null) !== (task === "anomaly")) throw header.field("target").fail(`does not fit the task ${task}`);
  return {
    formatVersion: FORMAT_VERSION,
    pipeline: header.field("pipeline").text(),
    task,
    target,
    features,
    model,
    ...readAnswerParts(header, model),
    reference: header.field("reference").list().map(readSketch),
    replay: readReplay(header.field("replay"), featureCount, outputCount),
    trainingRows: header.field("trainingRows").integer(0),
  };
}

function splitFile(bytes: Uint8Array): { header: HeaderReader; arrays: Uint8Array; version: number } {
  if (bytes.length < PREFIX_BYTES || MAGIC.some((byte, position) => bytes[position] !== byte)) {
    throw errors.BUNDLE_NOT_A_MODEL({ bytes: bytes.length });
  }
  const prefix = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES);
  const version = prefix.getUint32(8, true);
  if (version < 1 || version > FORMAT_VERSION) throw errors.BUNDLE_VERSION_UNKNOWN({ found: version, supported: FORMAT_VERSION });
  const headerEnd = PREFIX_BYTES + prefix.getUint32(12, true);
  const arraysStart = alignedTo8(headerEnd);
  const file = new HeaderReader(null, "file");
  if (arraysStart > bytes.length)
    throw file.fail(`has ${bytes.length} bytes, but its header ends at ${headerEnd}: it is cut short`);
  const header = new HeaderReader(parseHeader(bytes.subarray(PREFIX_BYTES, headerEnd), file), "header");
  return { header, arrays: bytes.subarray(arraysStart), version };
}

function parseHeader(bytes: Uint8Array, file: HeaderReader): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw file.fail("has a header that is not JSON");
  }
}
