import type { JsonSchema, JsonValue } from "@atalaya/learn";

/** Answers that any operation may give: the service is behind, or the caller sends too much. */
const ALWAYS = [429, 503] as const;

const descriptionByStatus: Readonly<Record<number, string>> = {
  400: "The body or an option cannot be read",
  404: "There is no such pipeline, version or alias",
  408: "The body took too long to arrive",
  409: "The version cannot be trusted and was refused, the address is ambiguous, or the key is being answered",
  413: "Too large, or too many rows",
  415: "A body of another type",
  422: "A field is missing, unknown or of another type",
  429: "Too many requests from this caller; Retry-After says when to come again",
  503: "Not ready, or too much to do; Retry-After says when to come again",
};

/** Answers of problem details by status. */
export function problems(...statuses: readonly number[]): Record<string, JsonValue> {
  const content = { "application/problem+json": { schema: reference("Problem") } };
  return Object.fromEntries(
    [...new Set([...statuses, ...ALWAYS])].map((status) => [
      status,
      { description: descriptionByStatus[status] ?? "Refused", content },
    ]),
  );
}

export function jsonContent(schema: JsonValue): { content: JsonSchema } {
  return { content: { "application/json": { schema } } };
}

export function reference(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** A GET that answers JSON. */
export function readOperation(
  operationId: string,
  summary: string,
  options: { schema?: JsonValue; parameters?: readonly JsonValue[]; responses?: Record<string, JsonValue> } = {},
): JsonValue {
  const { schema = { type: "object" }, parameters, responses = {} } = options;
  return {
    get: {
      operationId,
      summary,
      tags: ["service"],
      ...(parameters === undefined ? {} : { parameters }),
      responses: { 200: { description: "Done", ...jsonContent(schema) }, ...responses },
    },
  };
}

export function pathParameter(name: string): JsonValue {
  return { name, in: "path", required: true, schema: { type: "string", minLength: 1, maxLength: 100 } };
}

export const topParameter: JsonValue = {
  name: "top",
  in: "query",
  description: "Only so many of the strongest effects",
  schema: { type: "integer", minimum: 1, maximum: 999_999 },
};

export const viewParameter: JsonValue = {
  name: "by",
  in: "query",
  description: "Effects by feature of the model, by column of the request, or both",
  schema: { type: "string", enum: ["feature", "column", "both"] },
};

export const keyHeader: JsonValue = {
  name: "Idempotency-Key",
  in: "header",
  description: "The same key with the same body gets the same answer again",
  schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[A-Za-z0-9_-]+$" },
};
