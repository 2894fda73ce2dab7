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
    hint: () => "It was completed, aborted, or begun by a server that has stopped since.",
  },
  UPLOAD_INCOMPLETE: {
    status: 400,
    message: ({ upload, part }: { upload: string; part: number }) =>
      `Part ${part} of the multipart upload ${upload} is missing or differs`,
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
