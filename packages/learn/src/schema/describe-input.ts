import type { ColumnSchema } from "./column-schema.js";

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
/** A JSON schema, draft 2020-12. */
export type JsonSchema = { readonly [key: string]: JsonValue };

/** JSON schema of one value of this column, as `rowsToFrame` accepts it. */
export function describeInput(column: ColumnSchema): JsonSchema {
  const about: Record<string, JsonValue> = {};
  const description = [column.description, column.unit === undefined ? undefined : `Unit: ${column.unit}.`]
    .filter(Boolean)
    .join(" ");
  if (description !== "") about.description = description;
  return { ...about, ...describeType(column) };
}

function describeType(column: ColumnSchema): JsonSchema {
  const orNull = (type: string): JsonValue => (column.optional ? [type, "null"] : type);
  switch (column.type) {
    case "number":
    case "integer":
      return {
        type: orNull(column.type),
        ...(column.min === undefined ? {} : { minimum: column.min }),
        ...(column.max === undefined ? {} : { maximum: column.max }),
      };
    case "category":
    case "text":
      if (column.levels === undefined) return { type: orNull("string") };
      return { type: orNull("string"), enum: column.optional ? [...column.levels, null] : column.levels };
    case "boolean":
      return { type: orNull("boolean") };
    case "time":
      // Text with a zone, or milliseconds since 1970.
      return {
        anyOf: [{ type: "string", format: "date-time" }, { type: "string", format: "date" }, { type: "number" }].concat(
          column.optional ? [{ type: "null" }] : [],
        ),
      };
  }
}

/** JSON schema of one request row: every input by name, no other field. */
export function describeRow(inputs: readonly ColumnSchema[]): JsonSchema {
  return {
    type: "object",
    properties: Object.fromEntries(inputs.map((column) => [column.name, describeInput(column)])),
    required: inputs.filter((column) => !column.optional).map((column) => column.name),
    additionalProperties: false,
  };
}
