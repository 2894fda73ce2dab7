import { expect, it } from "vitest";
import type { ColumnSchema } from "./column-schema.js";
import { describeInput, describeRow } from "./describe-input.js";

const size: ColumnSchema = {
  name: "size",
  from: [],
  type: "number",
  min: 100,
  max: 900,
  unit: "ft²",
  description: "Living area.",
  optional: false,
};
const status: ColumnSchema = { name: "status", from: [], type: "category", levels: ["a", "b"], optional: true };
const listed: ColumnSchema = { name: "listed", from: [], type: "time", optional: true };

it("describes a column as JSON schema", () => {
  expect(describeInput(size)).toEqual({ description: "Living area. Unit: ft².", type: "number", minimum: 100, maximum: 900 });
  expect(describeInput(status)).toEqual({ type: ["string", "null"], enum: ["a", "b", null] });
  expect(describeInput({ ...size, type: "boolean", optional: true })).toMatchObject({ type: ["boolean", "null"] });
  expect(describeInput(listed).anyOf).toContainEqual({ type: "null" });
});

it("describes a row: required fields, and no others than these", () => {
  const row = describeRow([size, status, { ...status, name: "__proto__" }]);
  expect(row).toMatchObject({ type: "object", required: ["size"], additionalProperties: false });
  expect(Object.keys(row.properties as object)).toEqual(["size", "status", "__proto__"]);
});
