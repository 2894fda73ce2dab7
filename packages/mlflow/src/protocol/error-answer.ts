import { isAtalayaError } from "@atalaya/errors";

/** An error as MLflow's clients read it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: {
    readonly error_code: string;
    readonly message: string;
    readonly sqlstate: string;
    readonly error_class: string;
  };
}

interface ProtocolCode {
  readonly code: string;
  readonly status: number;
  readonly sqlstate: string;
  readonly errorClass: string;
}

const client = "KAM00";
const unknown: ProtocolCode = {
  code: "RESOURCE_DOES_NOT_EXIST",
  status: 404,
  sqlstate: client,
  errorClass: "RESOURCE_NOT_FOUND",
};
const exists: ProtocolCode = {
  code: "RESOURCE_ALREADY_EXISTS",
  status: 400,
  sqlstate: client,
  errorClass: "RESOURCE_ALREADY_EXISTS",
};
const invalidValue: ProtocolCode = {
  code: "INVALID_PARAMETER_VALUE",
  status: 400,
  sqlstate: client,
  errorClass: "INVALID_PARAMETER_VALUE",
};
const invalidState: ProtocolCode = { code: "INVALID_STATE", status: 500, sqlstate: "XXM00", errorClass: "CLIENT_INTERNAL_ERROR" };
const notImplemented: ProtocolCode = { code: "NOT_IMPLEMENTED", status: 501, sqlstate: client, errorClass: "FEATURE_DISABLED" };
const noEndpoint: ProtocolCode = { code: "ENDPOINT_NOT_FOUND", status: 404, sqlstate: client, errorClass: "RESOURCE_NOT_FOUND" };
const busy: ProtocolCode = {
  code: "TEMPORARILY_UNAVAILABLE",
  status: 503,
  sqlstate: "XXM00",
  errorClass: "CLIENT_INTERNAL_ERROR",
};
const internal: ProtocolCode = { code: "INTERNAL_ERROR", status: 500, sqlstate: "XXM00", errorClass: "CLIENT_INTERNAL_ERROR" };

/** Our codes by MLflow's. Whatever is not here is judged by its status. */
const byCode: Readonly<Record<string, ProtocolCode>> = {
  REGISTRY_EXPERIMENT_UNKNOWN: unknown,
  REGISTRY_EXPERIMENT_EXISTS: exists,
  REGISTRY_EXPERIMENT_NOT_ACTIVE: invalidValue,
  REGISTRY_EXPERIMENT_DELETED: invalidState,
  REGISTRY_RUN_UNKNOWN: unknown,
  REGISTRY_RUN_NOT_ACTIVE: invalidValue,
  REGISTRY_PARAMETER_CHANGED: invalidValue,
  REGISTRY_TAG_UNKNOWN: unknown,
  REGISTRY_LOGGED_MODEL_UNKNOWN: unknown,
  REGISTRY_MODEL_UNKNOWN: unknown,
  REGISTRY_MODEL_EXISTS: exists,
  REGISTRY_MODEL_VERSION_UNKNOWN: unknown,
  REGISTRY_ALIAS_INVALID: invalidValue,
  REGISTRY_MODEL_OF_PIPELINE: invalidValue,
  REGISTRY_VERSION_IN_USE: invalidValue,
  REGISTRY_ARTIFACT_UNKNOWN: unknown,
  MLFLOW_INVALID_STATE: invalidState,
  MLFLOW_NOT_SUPPORTED: notImplemented,
  MLFLOW_EXPORT_UNSUPPORTED: notImplemented,
  MLFLOW_ENDPOINT_UNKNOWN: noEndpoint,
  STORE_OBJECT_MISSING: unknown,
};

/** Anything thrown, as MLflow answers it. What nobody foresaw tells nothing of itself: its text may hold secrets. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (!isAtalayaError(error)) {
    const status = (error as { statusCode?: unknown }).statusCode;
    if (typeof status === "number" && status >= 400 && status < 500)
      return answer({ ...invalidValue, status }, error instanceof Error ? error.message : "The request is refused");
    return answer(internal, "The server failed; its log says why");
  }
  const message =
    error.code === "MLFLOW_NOT_SUPPORTED" && error.hint !== undefined ? `${error.message}. ${error.hint}` : error.message;
  return answer(byCode[error.code] ?? byStatus(error.status), message);
}

function byStatus(status: number): ProtocolCode {
  if (status === 404) return unknown;
  if (status < 500) return invalidValue;
  return status === 503 || status === 507 ? busy : internal;
}

function answer({ code, status, sqlstate, errorClass }: ProtocolCode, message: string): ErrorAnswer {
  return { status, body: { error_code: code, message, sqlstate, error_class: errorClass } };
}
