import { isAtalayaError } from "@atalaya/errors";
import { featureKinds } from "../features/check-plan.js";
import type { FittedEncoder, FittedFeature, FittedFeatures } from "../features/feature-plan.js";
import type { ColumnSchema } from "../schema/column-schema.js";
import type { HeaderReader } from "./header-reader.js";
import { readExpression } from "./read-expression.js";

/** Reads and checks the feature graph: after this, no request can make it fail. */
export function readFeatures(reader: HeaderReader): FittedFeatures {
  const inputs = reader.field("inputs").list().map(readColumn);
  const derived = reader
    .field("derived")
    .list()
    .map((value) => ({ name: value.field("name").text(), expression: readExpression(value.field("expression")) }));
  const kinds = kindsOf(reader, { inputs, derived });
  const columnNames = reader.field("columnNames").texts();
  let column = 0;
  const features = reader
    .field("features")
    .list()
    .map((value): FittedFeature => {
      const name = value.field("name").text();
      const kind = kinds.get(name);
      if (kind === undefined) throw value.fail("names neither an input nor a derived value");
      const encoder = readEncoder(value.field("encoder"));
      if (encoder.kind === "number" && kind === "category") throw value.fail("reads a category as a number");
      const width = encoder.kind === "targetMean" ? encoder.values.length : 1;
      value.field("column").integer(column, column);
      value.field("width").integer(width, width);
      column += width;
      return { name, encoder, column: column - width, width };
    });
  if (columnNames.length !== column)
    throw reader.field("columnNames").fail(`has ${columnNames.length} entries instead of ${column}`);
  return { inputs, derived, features, columnNames };
}

function kindsOf(reader: HeaderReader, plan: Pick<FittedFeatures, "inputs" | "derived">): ReturnType<typeof featureKinds> {
  try {
    return featureKinds(plan);
  } catch (error) {
    if (isAtalayaError(error)) throw reader.fail(`do not fit together: ${error.message}`);
    throw error;
  }
}

function readColumn(reader: HeaderReader): ColumnSchema {
  const given = (name: string) => reader.field(name).value !== undefined;
  return {
    name: reader.field("name").text(),
    from: reader.field("from").texts(),
    type: reader.field("type").oneOf(["number", "integer", "category", "text", "boolean", "time"]),
    optional: reader.field("optional").boolean(),
    ...(given("unit") ? { unit: reader.field("unit").text() } : {}),
    ...(given("min") ? { min: reader.field("min").number() } : {}),
    ...(given("max") ? { max: reader.field("max").number() } : {}),
    ...(given("levels") ? { levels: reader.field("levels").distinctTexts() } : {}),
    ...(given("description") ? { description: reader.field("description").text() } : {}),
  };
}

function readEncoder(reader: HeaderReader): FittedEncoder {
  const kind = reader.field("kind").oneOf(["number", "levels", "targetMean", "frequency"]);
  if (kind === "number") return { kind };
  const levels = reader.field("levels").distinctTexts();
  if (kind === "levels") return { kind, levels };
  if (kind === "frequency") {
    return { kind, levels, values: reader.field("values").numbers(levels.length), fallback: reader.field("fallback").number() };
  }
  const values = reader
    .field("values")
    .list()
    .map((output) => output.numbers(levels.length));
  if (values.length === 0) throw reader.fail("has no output");
  const missing = reader.field("missing").numbers(values.length);
  return { kind, levels, values, missing, fallback: reader.field("fallback").numbers(values.length) };
}
