import { executorDefinitions } from "./executor-definitions.js";
import type { SettingDefinition, SettingKind } from "./setting-definition.js";

const web = ["http", "https"] as const;

/** Every variable that Atalaya reads by name. The page `docs/settings.md` is made from this table. */
export const settingDefinitions = {
  home: {
    variables: ["ATALAYA_HOME"],
    kind: "path",
    default: ".atalaya",
    doc: "Directory of all local state: the embedded PostgreSQL and the objects. A relative path starts at the working directory; the default lies in the project.",
  },
  host: {
    variables: ["ATALAYA_HOST"],
    kind: "text",
    default: "127.0.0.1",
    doc: "Address on which Atalaya listens. 0.0.0.0 opens it to the network.",
  },
  port: { variables: ["ATALAYA_PORT"], kind: "port", default: "4600", doc: "Port on which Atalaya listens." },
  databaseUrl: {
    variables: ["DATABASE_URL"],
    kind: "url",
    schemes: ["postgresql", "postgres"],
    default: null,
    doc: "PostgreSQL to use instead of the embedded one. It goes before the PG_ variables.",
  },
  databaseHost: {
    variables: ["PG_HOST"],
    kind: "text",
    default: null,
    doc: "Host of the PostgreSQL to use, when DATABASE_URL is not set.",
  },
  databasePort: { variables: ["PG_PORT"], kind: "port", default: "5432", doc: "Port of that PostgreSQL." },
  databaseUser: { variables: ["PG_USER"], kind: "text", default: null, doc: "User of that PostgreSQL." },
  databasePassword: { variables: ["PG_PASSWORD"], kind: "secret", default: null, doc: "Password of that user." },
  databaseName: { variables: ["PG_DATABASE"], kind: "text", default: null, doc: "Database on that PostgreSQL." },
  s3Endpoint: {
    variables: ["S3_ENDPOINT", "MINIO_ENDPOINT"],
    kind: "url",
    schemes: web,
    default: null,
    doc: "S3 server for objects, instead of the directory in the home. MINIO_ENDPOINT may be host:port alone, as MinIO's own clients take it.",
  },
  minioSecure: {
    variables: ["MINIO_SECURE"],
    kind: "choice",
    choices: ["true", "false", "True", "False", "1", "0"],
    default: "true",
    doc: "Whether a MINIO_ENDPOINT without a scheme is https, as it is for MinIO's own clients, or http.",
  },
  s3AccessKey: {
    variables: ["AWS_ACCESS_KEY_ID", "MINIO_ACCESS_KEY"],
    kind: "text",
    default: null,
    doc: "Access key of the S3 server.",
  },
  s3SecretKey: {
    variables: ["AWS_SECRET_ACCESS_KEY", "MINIO_SECRET_KEY"],
    kind: "secret",
    default: null,
    doc: "Secret key of the S3 server.",
  },
  s3Region: { variables: ["AWS_REGION"], kind: "text", default: "us-east-1", doc: "Region that S3 requests are signed for." },
  s3Bucket: {
    variables: ["ATALAYA_S3_BUCKET"],
    kind: "bucket",
    default: "atalaya",
    doc: "Bucket of all zones; each zone is a prefix in it. Created on first use.",
  },
  s3BucketRaw: {
    variables: ["ATALAYA_S3_BUCKET_RAW"],
    kind: "bucket",
    default: null,
    doc: "A bucket of its own for the zone raw.",
  },
  s3BucketSilver: {
    variables: ["ATALAYA_S3_BUCKET_SILVER"],
    kind: "bucket",
    default: null,
    doc: "A bucket of its own for the zone silver.",
  },
  s3BucketModels: {
    variables: ["ATALAYA_S3_BUCKET_MODELS"],
    kind: "bucket",
    default: null,
    doc: "A bucket of its own for the zone models.",
  },
  s3BucketEval: {
    variables: ["ATALAYA_S3_BUCKET_EVAL"],
    kind: "bucket",
    default: null,
    doc: "A bucket of its own for the zone eval.",
  },
  ...executorDefinitions,
  gitUsername: {
    variables: ["ATALAYA_GIT_USERNAME"],
    kind: "text",
    default: null,
    doc: "User of the repository that `atalaya fetch` reads; a token alone needs none.",
  },
  gitPassword: {
    variables: ["ATALAYA_GIT_PASSWORD"],
    kind: "secret",
    default: null,
    doc: "Password or token of that repository; unset: it is public.",
  },
  mlflowTrackingUri: {
    variables: ["MLFLOW_TRACKING_URI"],
    kind: "url",
    schemes: web,
    default: null,
    doc: "Another MLflow server, to which `atalaya up` mirrors runs, versions and aliases, and from which `atalaya models import` reads.",
  },
  mlflowUsername: {
    variables: ["MLFLOW_TRACKING_USERNAME"],
    kind: "text",
    default: null,
    doc: "User of that MLflow server.",
  },
  mlflowPassword: {
    variables: ["MLFLOW_TRACKING_PASSWORD"],
    kind: "secret",
    default: null,
    doc: "Password of that user.",
  },
  mlflowToken: {
    variables: ["MLFLOW_TRACKING_TOKEN"],
    kind: "secret",
    default: null,
    doc: "Bearer token for that MLflow server, instead of user and password.",
  },
  logLevel: {
    variables: ["ATALAYA_LOG_LEVEL"],
    kind: "choice",
    choices: ["debug", "info", "warn", "error", "silent"],
    default: "info",
    doc: "How much is written to the log, when it is JSON.",
  },
  logFormat: {
    variables: ["ATALAYA_LOG_FORMAT"],
    kind: "choice",
    choices: ["text", "json"],
    default: "text",
    doc: "json writes what happens as one JSON object a line, with the ids of run, step and request, and without secrets.",
  },
  tracesEndpoint: {
    variables: ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    kind: "url",
    schemes: web,
    default: null,
    doc: "OpenTelemetry collector (OTLP over HTTP, without /v1/traces) for traces of requests, runs and steps. None: no traces.",
  },
  tracesHeaders: {
    variables: ["OTEL_EXPORTER_OTLP_HEADERS"],
    kind: "secret",
    default: null,
    doc: "Headers for that collector: name=value, separated by commas.",
  },
  debug: {
    variables: ["ATALAYA_DEBUG"],
    kind: "flag",
    default: null,
    doc: "Any text makes an error of the command show its stack.",
  },
  noColor: { variables: ["NO_COLOR"], kind: "flag", default: null, doc: "Any text switches colours off (no-color.org)." },
} as const satisfies Record<string, SettingDefinition>;

export type SettingName = keyof typeof settingDefinitions;

/** One row of the documentation of settings. */
export interface SettingDescription {
  readonly name: SettingName;
  readonly variables: readonly string[];
  readonly kind: SettingKind;
  readonly choices: readonly string[];
  readonly default: string | null;
  readonly doc: string;
}

/** Every setting in the order of the table, for a generated page and for `atalaya doctor`. */
export function describeSettings(): SettingDescription[] {
  const rows = Object.entries(settingDefinitions) as [SettingName, SettingDefinition][];
  return rows.map(([name, row]) => ({
    name,
    variables: row.variables,
    kind: row.kind,
    choices: row.choices ?? [],
    default: row.default,
    doc: row.doc,
  }));
}
