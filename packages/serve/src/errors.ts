import { defineErrors } from "@atalaya/errors";
import type { RowProblem } from "@atalaya/learn";
import { describeProblems } from "./problems/row-problems.js";

interface BadRows {
  readonly pipeline: string;
  readonly problems: readonly RowProblem[];
  /** True: the body was one row, so its number says nothing. */
  readonly isSingle: boolean;
}

export const errors = defineErrors("SERVE", {
  ALIAS_UNSET: {
    status: 404,
    message: ({ pipeline, alias }: { pipeline: string; alias: string }) =>
      `No version of ${pipeline} carries the alias ${alias}.`,
    hint: ({ pipeline }: { pipeline: string }) => `See the versions with: atalaya models list ${pipeline}`,
  },
  BAD_FEEDBACK: {
    status: 422,
    message: ({ field, expected, received }: { field: string; expected: string; received: string }) =>
      `The feedback's ${field} should be ${expected}, but is ${received}.`,
  },
  BAD_INVOCATION: {
    status: 422,
    message: ({ field, expected, received }: { field: string; expected: string; received: string }) =>
      `The invocation's ${field} should be ${expected}, but is ${received}.`,
  },
  BAD_OPTION: {
    status: 400,
    message: ({ option, expected, received }: { option: string; expected: string; received: string }) =>
      `The option "${option}" should be ${expected}, but is ${received}.`,
  },
  BAD_ROWS: {
    status: 422,
    message: ({ problems, isSingle }: BadRows) => describeProblems(problems, isSingle),
    hint: ({ pipeline }: BadRows) => `GET /v1/pipelines/${pipeline} lists the fields with an example.`,
  },
  BAD_TENSOR: {
    status: 422,
    message: ({ tensor, expected, received }: { tensor: string; expected: string; received: string }) =>
      `The tensor ${tensor} should have ${expected}, but has ${received}.`,
    hint: () => "GET /v2/models/NAME lists the model's tensors.",
  },
  BODY_MISSING: {
    status: 400,
    message: () => "The request has no body.",
    hint: () => 'Send one row as a JSON object, or several as {"rows": [...]}.',
  },
  BODY_NOT_JSON: {
    status: 400,
    message: ({ problem }: { problem: string }) => `The body is not JSON: ${problem}.`,
  },
  BODY_NOT_ROWS: {
    status: 422,
    message: ({ received }: { received: string }) => `The body should be a row or rows, but is ${received}.`,
    hint: () => 'Send one row as a JSON object, or several as {"rows": [...]} or [...].',
  },
  BODY_TOO_DEEP: {
    status: 400,
    message: ({ limit }: { limit: number }) => `The body is nested deeper than ${limit} levels.`,
    hint: () => "A row is a flat object: numbers, texts, true, false or null by field name.",
  },
  BODY_TOO_LARGE: {
    status: 413,
    message: ({ limitBytes }: { limitBytes: number }) => `The body is larger than ${limitBytes} bytes.`,
    hint: () => "Send the rows in several requests.",
  },
  BODY_TOO_SLOW: {
    status: 408,
    message: ({ limitMs }: { limitMs: number }) => `The body took longer than ${limitMs} ms to arrive.`,
  },
  CONTENT_ENCODING: {
    status: 415,
    message: ({ received }: { received: string }) => `A body encoded as ${received} is not read here.`,
    hint: () => "Send the body as it is, without content-encoding.",
  },
  CONTENT_TYPE: {
    status: 415,
    message: ({ received }: { received: string }) => `The body should be application/json, but its content type is ${received}.`,
    hint: () => "Send the header content-type: application/json",
  },
  FEEDBACK_NOT_KEPT: {
    status: 404,
    message: () => "This service keeps no feedback.",
    hint: () => "Serve with a database, as atalaya serve and atalaya up do.",
  },
  INTERNAL: {
    status: 500,
    message: ({ occurrence }: { occurrence: string }) =>
      `Something failed inside the service. The log names it as ${occurrence}.`,
  },
  KEY_BUSY: {
    status: 409,
    retryable: true,
    message: ({ waitedMs }: { waitedMs: number }) =>
      `Another process has been answering the request of this Idempotency-Key for more than ${waitedMs} ms.`,
    hint: () => "Send it again with the same key: the answer will be there, or the key free.",
  },
  KEY_REUSED: {
    status: 422,
    message: () => "The Idempotency-Key came before with another body.",
    hint: () => "Take a new key for a new request.",
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    message: ({ method, path, allowed }: { method: string; path: string; allowed: readonly string[] }) =>
      `${path} does not answer ${method}; it answers ${allowed.join(", ")}.`,
  },
  MODEL_REFUSED: {
    status: 409,
    message: ({ pipeline, version, because }: { pipeline: string; version: number; because: string }) =>
      `Version ${version} of ${pipeline} was refused: ${because}.`,
    hint: () => "What was served before is served on. Train again, or promote another version.",
  },
  MODEL_SOURCE_FAILED: {
    status: 503,
    retryable: true,
    message: ({ pipeline, because }: { pipeline: string; because: string }) =>
      `The model of ${pipeline} could not be fetched: ${because}.`,
    hint: () => "What was served before is served on; the service tries again by itself.",
  },
  NOT_READY: {
    status: 503,
    retryable: true,
    message: ({ pipeline, because }: { pipeline: string; because: string }) => `${pipeline} cannot answer yet: ${because}.`,
    hint: ({ pipeline }: { pipeline: string }) => `Train and promote a version with: atalaya run ${pipeline}`,
  },
  OVERLOADED: {
    status: 503,
    retryable: true,
    message: ({ what, waiting }: { what: string; waiting: number }) => `The service has too much to do: ${what} (${waiting}).`,
  },
  PIPELINE_AMBIGUOUS: {
    status: 409,
    message: ({ action, pipelines }: { action: string; pipelines: readonly string[] }) =>
      `/${action} is short for the only pipeline, but ${pipelines.length} are served.`,
    hint: ({ action, pipelines }: { action: string; pipelines: readonly string[] }) =>
      `Use ${pipelines.map((pipeline) => `/v1/pipelines/${pipeline}/${action}`).join(" or ")}.`,
  },
  PIPELINE_NONE: {
    status: 404,
    message: () => "This service serves no pipeline.",
  },
  PIPELINE_UNKNOWN: {
    status: 404,
    message: ({ pipeline }: { pipeline: string; suggestion: string | null; served: readonly string[] }) =>
      `There is no pipeline "${pipeline}" here.`,
    hint: ({ suggestion, served }: { suggestion: string | null; served: readonly string[] }) =>
      suggestion === null ? `Served: ${served.join(", ") || "none"}.` : `Did you mean "${suggestion}"?`,
  },
  NO_EXPLANATIONS: {
    status: 501,
    message: ({ pipeline }: { pipeline: string }) => `The model of ${pipeline} came in as ONNX, which tells no effects.`,
    hint: () => "Import its trees as XGBoost JSON or LightGBM text: those are explained.",
  },
  ONNX_REFUSED: {
    status: 422,
    message: ({ because }: { because: string }) => `The ONNX model cannot be used: ${because}.`,
  },
  ONNX_RUNTIME_MISSING: {
    status: 501,
    message: ({ because }: { because: string }) => `ONNX models need onnxruntime-node, which cannot be loaded here: ${because}.`,
    hint: () => "Install it in the project: npm install onnxruntime-node@1.30",
  },
  REPLAY_DIFFERS: {
    status: 409,
    message: ({ because }: { because: string }) => `The model does not answer as it did when it was made: ${because}.`,
    hint: () => "Train it again with this release.",
  },
  REQUEST_REFUSED: {
    status: 400,
    message: ({ problem }: { problem: string }) => `The request could not be read: ${problem}.`,
  },
  ROUTE_UNKNOWN: {
    status: 404,
    message: ({ method, path }: { method: string; path: string; suggestion: string | null }) =>
      `There is nothing at ${method} ${path}.`,
    hint: ({ suggestion }: { suggestion: string | null }) =>
      suggestion === null ? "GET / lists what there is." : `Did you mean ${suggestion}?`,
  },
  THREAD_DIED: {
    status: 500,
    message: ({ because }: { because: string }) => `The thread that worked on the request ended: ${because}.`,
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    retryable: true,
    message: ({ perSecond }: { perSecond: number }) => `More than ${perSecond} requests a second came from this caller.`,
  },
  TOO_MANY_ROWS: {
    status: 413,
    message: ({ rows, limit }: { rows: number; limit: number }) =>
      `The request has ${rows} rows; at most ${limit} are answered at once.`,
    hint: () => "Send the rows in several requests.",
  },
  TOO_SLOW: {
    status: 503,
    retryable: true,
    message: ({ limitMs }: { limitMs: number }) => `The request took longer than ${limitMs} ms.`,
    hint: () => "Send fewer rows at once, or as a stream (content-type: application/x-ndjson).",
  },
  TRUTH_UNREACHABLE: {
    status: 503,
    retryable: true,
    message: ({ because }: { because: string }) => `The database of answers cannot be reached: ${because}.`,
  },
  VERSION_NOT_SERVED: {
    status: 404,
    message: ({ pipeline, version, served }: { pipeline: string; version: string; served: number }) =>
      `Version ${version} of ${pipeline} is not served here, but version ${served}.`,
  },
  VERSION_UNKNOWN: {
    status: 404,
    message: ({ pipeline, version }: { pipeline: string; version: number }) => `${pipeline} has no version ${version}.`,
    hint: ({ pipeline }: { pipeline: string }) => `See the versions with: atalaya models list ${pipeline}`,
  },
});
