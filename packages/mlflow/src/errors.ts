import { defineErrors } from "@atalaya/errors";

type Told = { readonly because: string };

/** Refusals of the protocol. Their texts are MLflow's where it has one, as its clients show them. */
export const errors = defineErrors("MLFLOW", {
  INVALID_PARAMETER: { status: 400, message: ({ because }: Told) => because },
  INVALID_STATE: { status: 500, message: ({ because }: Told) => because },
  NOT_FOUND: { status: 404, message: ({ because }: Told) => because },
  BAD_BODY: {
    status: 400,
    message: ({ because }: Told) => `The body is not a JSON object: ${because}`,
  },
  NOT_SUPPORTED: {
    status: 501,
    message: ({ what }: { what: string }) => `Atalaya does not support ${what}`,
    hint: () => "Atalaya keeps experiments, runs, artifacts and models of tabular learning; see docs/mlflow.md for its routes.",
  },
  ENDPOINT_UNKNOWN: {
    status: 404,
    message: ({ method, path }: { method: string; path: string }) => `There is no ${method} ${path}`,
    hint: () => "See docs/mlflow.md for the supported routes.",
  },
  UPLOAD_UNKNOWN: {
    status: 404,
    message: ({ upload }: { upload: string }) => `There is no multipart upload ${upload}`,
    hint: () => "It was completed or aborted, or nobody went on with it for a day.",
  },
  UPLOAD_INCOMPLETE: {
    status: 400,
    message: ({ upload, part }: { upload: string; part: number }) =>
      `Part ${part} of the multipart upload ${upload} is missing or differs`,
  },
  REMOTE_AWAY: {
    status: 503,
    retryable: true,
    message: ({ server, because }: Told & { server: string }) => `The MLflow server at ${server} cannot be used now: ${because}`,
    hint: () => "Check MLFLOW_TRACKING_URI, its user and password or token, and that the server runs.",
  },
  REMOTE_REFUSED: {
    status: 502,
    message: ({ server, call, because }: Told & { server: string; call: string; code: string }) =>
      `The MLflow server at ${server} refused ${call}: ${because}`,
  },
  MIRROR_ARTIFACTS_ELSEWHERE: {
    status: 502,
    message: ({ uri }: { uri: string }) =>
      `The MLflow server keeps the artifacts of a run at ${uri}, where only its clients can write`,
    hint: () => "Start that server with --artifacts-destination, so that it takes artifacts itself.",
  },
  IMPORT_UNSUPPORTED: {
    status: 400,
    message: ({ model, because }: Told & { model: string }) => `${model} cannot be imported: ${because}`,
    hint: () => "Models come in as XGBoost JSON or UBJSON, LightGBM text, or ONNX: as a file, or from an MLflow server.",
  },
  EXPORT_UNSUPPORTED: {
    status: 501,
    message: ({ model, because }: Told & { model: string }) => `${model} cannot be given to Python: ${because}`,
  },
});

/** The usual refusal: a request that MLflow calls INVALID_PARAMETER_VALUE. */
export function invalid(because: string): Error {
  return errors.INVALID_PARAMETER({ because });
}
