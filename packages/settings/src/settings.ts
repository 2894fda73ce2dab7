import { resolve } from "node:path";
import { type SettingName, settingDefinitions } from "./definitions.js";
import { errors } from "./errors.js";
import {
  type ExecutorName,
  isDnsLabel,
  isDuration,
  isPairs,
  isQuantity,
  type KubernetesSettings,
  readKubernetes,
} from "./executor-settings.js";
import type { SettingDefinition } from "./setting-definition.js";

export type Environment = Readonly<Record<string, string | undefined>>;
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";
export type Zone = "raw" | "silver" | "models" | "eval";

export interface S3Settings {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  /** Bucket of each zone; the same one four times unless a zone was given its own. */
  readonly buckets: Readonly<Record<Zone, string>>;
}

/** Another MLflow server. */
export interface MlflowSettings {
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly token: string | null;
}

export interface Settings {
  /** Absolute path of the directory of all local state. */
  readonly home: string;
  readonly host: string;
  readonly port: number;
  /** Null: the embedded PostgreSQL under `home`. */
  readonly databaseUrl: string | null;
  /** Null: objects are files under `home`. */
  readonly s3: S3Settings | null;
  /** Null: nothing is mirrored, and nothing imported by a model's name. */
  readonly mlflow: MlflowSettings | null;
  /** Where steps run, whatever pipelines say; null: what they say. */
  readonly executor: ExecutorName | null;
  readonly kubernetes: KubernetesSettings;
  /** Credentials of the project's repository; null: it is public. */
  readonly git: { readonly username: string; readonly password: string } | null;
  readonly color: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: "text" | "json";
  /** Null: nothing is traced. */
  readonly traces: { readonly endpoint: string; readonly headers: Readonly<Record<string, string>> } | null;
  /** Errors are shown with their stack. */
  readonly debug: boolean;
  /**
   * Address that a pipeline asks for by the name of a variable (`setting.url("LISTINGS_URL")`): a URL, or the absolute
   * form of a path that begins with `/`, `./` or `../`.
   *
   * @throws SETTINGS_ADDRESS_MISSING, SETTINGS_URL_INVALID
   */
  address(variable: string): string;
}

const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const addressSchemes = ["http", "https", "file", "s3", "postgresql", "postgres"] as const;
const executors: readonly ExecutorName[] = ["inline", "process", "kubernetes"];
const logLevels: readonly LogLevel[] = ["debug", "info", "warn", "error", "silent"];

/**
 * Reads and checks every setting once. Empty text counts as not set. The result is frozen.
 *
 * @param options.projectDirectory  where the state lies when ATALAYA_HOME is not set; left out: the working directory
 * @throws SETTINGS_PORT_INVALID, SETTINGS_URL_INVALID, SETTINGS_CHOICE_INVALID, SETTINGS_BUCKET_INVALID, SETTINGS_VALUE_INVALID,
 *   SETTINGS_HALF_GIVEN
 */
export function readSettings(
  environment: Environment = process.env,
  options: { readonly projectDirectory?: string } = {},
): Settings {
  const reader = createReader(environment);
  return Object.freeze({
    // What the user wrote is relative to where the user is; only the default belongs to the project.
    home:
      reader.find("home") === null
        ? resolve(options.projectDirectory ?? "", reader.required("home"))
        : resolve(reader.required("home")),
    host: reader.required("host"),
    port: reader.port("port"),
    databaseUrl: readDatabaseUrl(reader),
    s3: readS3(reader),
    mlflow: readMlflow(reader),
    executor: executors.find((executor) => executor === reader.text("executor")) ?? null,
    kubernetes: readKubernetes(reader),
    git: readGit(reader),
    color: reader.text("noColor") === null,
    logLevel: logLevels.find((level) => level === reader.required("logLevel")) ?? "info",
    logFormat: reader.required("logFormat") === "json" ? "json" : "text",
    traces: readTraces(reader),
    debug: reader.text("debug") !== null,
    address: (variable: string) => readAddress(environment, variable),
  });
}

/** The environment of a child process: that of this one, and more. */
export function childEnvironment(more: Environment): Environment {
  return { ...process.env, ...more };
}

/** Text of one setting with the variable it came from, checked by its kind. */
function createReader(environment: Environment) {
  const find = (name: SettingName): { variable: string; value: string } | null => {
    const definition: SettingDefinition = settingDefinitions[name];
    for (const variable of definition.variables) {
      const written = environment[variable]?.trim();
      if (!written) continue;
      const value = variable === "MINIO_ENDPOINT" ? minioAddress(written, text("minioSecure")) : written;
      check(definition, variable, value);
      return { variable, value };
    }
    return null;
  };
  const text = (name: SettingName): string | null => find(name)?.value ?? settingDefinitions[name].default;
  return {
    find,
    text,
    variable: (name: SettingName): string => find(name)?.variable ?? settingDefinitions[name].variables[0],
    required: (name: SettingName & keyof DefaultedSettings): string => text(name) ?? "",
    port: (name: SettingName & keyof DefaultedSettings): number => Number(text(name)),
  };
}

type Reader = ReturnType<typeof createReader>;

/** The settings that have a default, so that reading them always gives a text. */
type DefaultedSettings = {
  [Name in SettingName as (typeof settingDefinitions)[Name]["default"] extends string ? Name : never]: true;
};

function check(definition: SettingDefinition, variable: string, value: string): void {
  switch (definition.kind) {
    case "port":
      if (!/^\d{1,5}$/.test(value) || Number(value) < 1 || Number(value) > 65_535) throw errors.PORT_INVALID({ variable, value });
      return;
    case "url":
      checkUrl(variable, value, definition.schemes ?? addressSchemes);
      return;
    case "choice":
      if (!definition.choices?.includes(value))
        throw errors.CHOICE_INVALID({ variable, value, choices: definition.choices ?? [] });
      return;
    case "bucket":
      if (!bucketPattern.test(value)) throw errors.BUCKET_INVALID({ variable, value });
      return;
    case "label":
      if (!isDnsLabel(value)) throw errors.VALUE_INVALID({ variable, value, example: "machine-learning" });
      return;
    case "pairs":
      if (!isPairs(value)) throw errors.VALUE_INVALID({ variable, value, example: "pool=batch,disk=ssd" });
      return;
    case "duration":
      if (!isDuration(value)) throw errors.VALUE_INVALID({ variable, value, example: "15m" });
      return;
    case "quantity":
      if (!isQuantity(value)) throw errors.VALUE_INVALID({ variable, value, example: "2Gi" });
      return;
  }
}

/** MinIO's clients are given `host:port`, and whether that is TLS apart from it. */
function minioAddress(written: string, secure: string | null): string {
  if (written.includes("://")) return written;
  return `${/^(false|0)$/i.test(secure ?? "") ? "http" : "https"}://${written}`;
}

/** The value stays out of the error: an address may carry a password. */
function checkUrl(variable: string, value: string, schemes: readonly string[]): void {
  const scheme = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : null;
  if (scheme === null || !schemes.includes(scheme) || !value.includes("://")) throw errors.URL_INVALID({ variable, schemes });
}

function readDatabaseUrl(reader: Reader): string | null {
  const url = reader.text("databaseUrl");
  if (url !== null) return url;
  const parts = requireTogether(reader, ["databaseHost", "databaseUser", "databasePassword", "databaseName"], "PostgreSQL");
  if (parts === null) return null;
  const [host, user, password, name] = parts.map(encodeURIComponent);
  // A bracketed IPv6 address must stay as it is.
  const authority = parts[0]?.startsWith("[") ? parts[0] : host;
  return `postgresql://${user}:${password}@${authority}:${reader.port("databasePort")}/${name}`;
}

/** Servers that take a token as password ask for any user at all. */
function readGit(reader: Reader): Settings["git"] {
  const password = reader.text("gitPassword");
  return password === null ? null : Object.freeze({ username: reader.text("gitUsername") ?? "token", password });
}

function readS3(reader: Reader): S3Settings | null {
  const isWanted = (["s3Endpoint", "s3Bucket", "s3BucketRaw", "s3BucketSilver", "s3BucketModels", "s3BucketEval"] as const).some(
    (name) => reader.find(name) !== null,
  );
  const isMinio = [reader.find("s3AccessKey"), reader.find("s3SecretKey")].some((found) => found?.variable.startsWith("MINIO_"));
  // Keys of AWS alone mean nothing: many shells carry them for other programs.
  if (!isWanted && !isMinio) return null;
  const parts = requireTogether(reader, ["s3Endpoint", "s3AccessKey", "s3SecretKey"], "The S3 object store");
  if (parts === null) throw errors.HALF_GIVEN(halfGivenBuckets(reader));
  const [endpoint = "", accessKey = "", secretKey = ""] = parts;
  const shared = reader.required("s3Bucket");
  const buckets = Object.freeze({
    raw: reader.text("s3BucketRaw") ?? shared,
    silver: reader.text("s3BucketSilver") ?? shared,
    models: reader.text("s3BucketModels") ?? shared,
    eval: reader.text("s3BucketEval") ?? shared,
  });
  return Object.freeze({ endpoint, accessKey, secretKey, region: reader.required("s3Region"), buckets });
}

/** User, password and token without an address are those of other programs. */
function readMlflow(reader: Reader): MlflowSettings | null {
  const url = reader.text("mlflowTrackingUri");
  if (url === null) return null;
  const [username, password, token] = [reader.text("mlflowUsername"), reader.text("mlflowPassword"), reader.text("mlflowToken")];
  return Object.freeze({ url, username, password, token });
}

/** Pairs that are none are left out; values are percent-encoded, as OpenTelemetry has it. */
function readTraces(reader: Reader): Settings["traces"] {
  const endpoint = reader.text("tracesEndpoint");
  if (endpoint === null) return null;
  const pairs = (reader.text("tracesHeaders") ?? "").split(",").map((pair) => pair.split(/=(.*)/s, 2));
  const headers = pairs.flatMap(([name = "", value = ""]) =>
    name.trim() === "" ? [] : [[name.trim(), decoded(value.trim())] as const],
  );
  return Object.freeze({ endpoint, headers: Object.freeze(Object.fromEntries(headers)) });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function halfGivenBuckets(reader: Reader): { given: string[]; missing: string[]; purpose: string } {
  const names = ["s3Bucket", "s3BucketRaw", "s3BucketSilver", "s3BucketModels", "s3BucketEval"] as const;
  const given = names.flatMap((name) => reader.find(name)?.variable ?? []);
  return { given, missing: ["S3_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], purpose: "The S3 object store" };
}

/** All values, or null when none is set; anything between is an error that names both sides. */
function requireTogether(reader: Reader, names: readonly SettingName[], purpose: string): string[] | null {
  const found = names.map((name) => ({ first: settingDefinitions[name].variables[0], setting: reader.find(name) }));
  const given = found.flatMap(({ setting }) => setting?.variable ?? []);
  if (given.length === 0) return null;
  const missing = found.flatMap(({ first, setting }) => (setting === null ? [first] : []));
  if (missing.length > 0) throw errors.HALF_GIVEN({ given, missing, purpose });
  return found.map(({ setting }) => setting?.value ?? "");
}

function readAddress(environment: Environment, variable: string): string {
  const value = environment[variable]?.trim();
  if (!value) throw errors.ADDRESS_MISSING({ variable });
  if (/^\.{0,2}\//.test(value)) return resolve(value);
  checkUrl(variable, value, addressSchemes);
  return value;
}
