import { resolve } from "node:path";
import { isAtalayaError } from "@atalaya/errors";
import { expect, test } from "vitest";
import { describeSettings, type Environment, readSettings } from "./index.js";

const s3 = { S3_ENDPOINT: "http://storage:9000", AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };
const database = { PG_HOST: "db", PG_USER: "ana", PG_PASSWORD: "p@ss/word", PG_DATABASE: "models" };

function failure(environment: Environment): { code: string; message: string; hint: string } {
  try {
    readSettings(environment);
  } catch (error) {
    if (isAtalayaError(error)) return { code: error.code, message: error.message, hint: error.hint ?? "" };
    throw error;
  }
  throw new Error("no error");
}

test("an empty environment gives the laptop mode and no address of another system", () => {
  const { address: _, kubernetes, ...settings } = readSettings({});
  expect(kubernetes).toMatchObject({ namespace: null, image: null, serviceAccount: null, secrets: [], podTemplate: null });
  expect(settings).toEqual({
    home: resolve(".atalaya"),
    host: "127.0.0.1",
    port: 4600,
    databaseUrl: null,
    s3: null,
    git: null,
    mlflow: null,
    executor: null,
    color: true,
    logLevel: "info",
    logFormat: "text",
    traces: null,
    debug: false,
  });
});

test("traces have the address and the headers of OpenTelemetry's own variables", () => {
  const endpoint = "http://collector:4318";
  expect(readSettings({ OTEL_EXPORTER_OTLP_HEADERS: "a=b" }).traces).toBeNull();
  expect(readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }).traces).toEqual({ endpoint, headers: {} });
  const headers = "key=s%20=1, ,other=100%";
  expect(readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers }).traces).toEqual({
    endpoint,
    headers: { key: "s =1", other: "100%" },
  });
  expect(failure({ ATALAYA_LOG_FORMAT: "xml" }).hint).toContain("text, json");
});

test("the default home lies in the project, a home that was named does not move there", () => {
  const options = { projectDirectory: "/projects/prices" };
  expect(readSettings({}, options).home).toBe("/projects/prices/.atalaya");
  expect(readSettings({ ATALAYA_HOME: "state" }, options).home).toBe(resolve("state"));
});

test("a token alone is enough for a repository", () => {
  expect(readSettings({ ATALAYA_GIT_USERNAME: "ana" }).git).toBeNull();
  expect(readSettings({ ATALAYA_GIT_PASSWORD: "secret" }).git).toEqual({ username: "token", password: "secret" });
});

test("settings are frozen", () => {
  expect(Object.isFrozen(readSettings({}))).toBe(true);
  expect(Object.isFrozen(readSettings(s3).s3)).toBe(true);
});

test("empty text counts as not set", () => {
  expect(readSettings({ ATALAYA_PORT: "", NO_COLOR: "", DATABASE_URL: " " })).toMatchObject({
    port: 4600,
    color: true,
    databaseUrl: null,
  });
});

test.each(["0", "65536", "46OO", "-1", "4600.5", "1e3"])("port %s is refused by name", (value) => {
  const { code, message, hint } = failure({ ATALAYA_PORT: value });
  expect(code).toBe("SETTINGS_PORT_INVALID");
  expect(message).toContain("ATALAYA_PORT");
  expect(hint).toContain("65535");
});

test.each(["localhost:5432/models", "models", "mysql://db/models", "postgres:db"])("database address %s is refused", (value) => {
  expect(failure({ DATABASE_URL: value }).code).toBe("SETTINGS_URL_INVALID");
});

test("a refused address is not repeated, as it may carry a password", () => {
  const { message, hint } = failure({ DATABASE_URL: "mysql://ana:hunter2@db/models" });
  expect(message + hint).not.toContain("hunter2");
});

test("the PG_ variables become one escaped address, and DATABASE_URL goes before them", () => {
  expect(readSettings(database).databaseUrl).toBe("postgresql://ana:p%40ss%2Fword@db:5432/models");
  expect(readSettings({ ...database, PG_PORT: "6000" }).databaseUrl).toContain("@db:6000/");
  expect(readSettings({ ...database, DATABASE_URL: "postgres://other/db" }).databaseUrl).toBe("postgres://other/db");
});

test.each(Object.keys(database))("without %s the database is half given", (missing) => {
  const { code, message } = failure({ ...database, [missing]: undefined });
  expect(code).toBe("SETTINGS_HALF_GIVEN");
  expect(message).toContain(`${missing} is not`);
});

test.each(Object.keys(s3))("without %s the object store is half given", (missing) => {
  const environment = { ...s3, ATALAYA_S3_BUCKET: "models", [missing]: undefined };
  const { code, message, hint } = failure(environment);
  expect(code).toBe("SETTINGS_HALF_GIVEN");
  expect(message).toContain(missing);
  expect(hint).toContain(missing);
});

test("a bucket without a server is half given, keys of AWS alone are somebody else's", () => {
  expect(failure({ ATALAYA_S3_BUCKET: "models" }).message).toContain("S3_ENDPOINT");
  expect(failure({ MINIO_ACCESS_KEY: "key" }).message).toContain("S3_ENDPOINT");
  expect(readSettings({ AWS_ACCESS_KEY_ID: "key" }).s3).toBeNull();
});

test("the names of MinIO work as well, and a zone may have its own bucket", () => {
  const minio = { MINIO_ENDPOINT: "http://minio:9000", MINIO_ACCESS_KEY: "key", MINIO_SECRET_KEY: "secret" };
  expect(readSettings({ ...minio, ATALAYA_S3_BUCKET_RAW: "landing" }).s3).toEqual({
    endpoint: "http://minio:9000",
    accessKey: "key",
    secretKey: "secret",
    region: "us-east-1",
    buckets: { raw: "landing", silver: "atalaya", models: "atalaya", eval: "atalaya" },
  });
});

test.each([
  ["minio:9000", undefined, "https://minio:9000"],
  ["minio:9000", "false", "http://minio:9000"],
  ["10.0.0.7:9000", "False", "http://10.0.0.7:9000"],
  ["s3.example.com", "1", "https://s3.example.com"],
  ["http://minio:9000", "true", "http://minio:9000"],
])("MINIO_ENDPOINT %s with MINIO_SECURE %s is %s, as for MinIO's own clients", (endpoint, secure, expected) => {
  const minio = { MINIO_ENDPOINT: endpoint, MINIO_SECURE: secure, MINIO_ACCESS_KEY: "key", MINIO_SECRET_KEY: "secret" };
  expect(readSettings(minio).s3?.endpoint).toBe(expected);
});

test("S3_ENDPOINT has a scheme, MINIO_ENDPOINT at least a host, MINIO_SECURE a yes or no", () => {
  expect(failure({ ...s3, S3_ENDPOINT: "minio:9000" })).toMatchObject({ code: "SETTINGS_URL_INVALID" });
  const minio = { MINIO_ACCESS_KEY: "key", MINIO_SECRET_KEY: "secret" };
  expect(failure({ ...minio, MINIO_ENDPOINT: "minio 9000" }).message).toContain("MINIO_ENDPOINT");
  expect(failure({ ...minio, MINIO_ENDPOINT: "minio:9000", MINIO_SECURE: "maybe" }).message).toContain("MINIO_SECURE");
});

test("another MLflow server has its address, and what it asks for to let one in", () => {
  expect(readSettings({ MLFLOW_TRACKING_USERNAME: "ana" }).mlflow).toBeNull();
  expect(readSettings({ MLFLOW_TRACKING_URI: "https://mlflow.example", MLFLOW_TRACKING_TOKEN: "t" }).mlflow).toEqual({
    url: "https://mlflow.example",
    username: null,
    password: null,
    token: "t",
  });
  expect(failure({ MLFLOW_TRACKING_URI: "sqlite:///mlflow.db" }).message).toContain("MLFLOW_TRACKING_URI");
});

test("a wrong bucket and a wrong log level are refused by name", () => {
  expect(failure({ ...s3, ATALAYA_S3_BUCKET: "My_Bucket" })).toMatchObject({ code: "SETTINGS_BUCKET_INVALID" });
  expect(failure({ ATALAYA_LOG_LEVEL: "loud" }).hint).toContain("debug, info, warn");
});

test("an address of a pipeline is read by its variable", () => {
  const settings = readSettings({ LISTINGS_URL: "http://127.0.0.1:4700/data", BROKEN_URL: "127.0.0.1:4700" });
  expect(settings.address("LISTINGS_URL")).toBe("http://127.0.0.1:4700/data");
  expect(() => settings.address("SALES_URL")).toThrow(/SALES_URL is not set/);
  expect(() => settings.address("BROKEN_URL")).toThrow(/BROKEN_URL does not hold/);
});

test("an address may be a path that is written as one", () => {
  const settings = readSettings({ EVENT_LAKE: "/data/flows", NEAR: "./flows", UNCLEAR: "flows" });
  expect(settings.address("EVENT_LAKE")).toBe("/data/flows");
  expect(settings.address("NEAR")).toBe(resolve("flows"));
  expect(() => settings.address("UNCLEAR")).toThrow(/UNCLEAR does not hold/);
});

test("every setting is described, and no address or secret of another system has a default", () => {
  const rows = describeSettings();
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.every((row) => row.doc.length > 10 && row.variables.length > 0)).toBe(true);
  const external = rows.filter((row) => row.kind === "secret" || row.kind === "url" || /Host$|User$|AccessKey$/.test(row.name));
  expect(external.map((row) => row.default)).toEqual(external.map(() => null));
});

test("a Job is described by settings: lists, pairs, taints, amounts and times", () => {
  const { executor, kubernetes } = readSettings({
    ATALAYA_EXECUTOR: "kubernetes",
    ATALAYA_KUBERNETES_SECRETS: "atalaya-database, atalaya-objects,",
    ATALAYA_KUBERNETES_NODE_SELECTOR: "pool=batch,topology.kubernetes.io/zone=eu-1",
    ATALAYA_KUBERNETES_TOLERATIONS: "dedicated=batch:NoSchedule,spot",
    ATALAYA_KUBERNETES_MEMORY: "512Mi",
    ATALAYA_KUBERNETES_DEADLINE: "90m",
  });
  expect(executor).toBe("kubernetes");
  expect(kubernetes).toMatchObject({
    secrets: ["atalaya-database", "atalaya-objects"],
    nodeSelector: { pool: "batch", "topology.kubernetes.io/zone": "eu-1" },
    tolerations: [{ key: "dedicated", value: "batch", effect: "NoSchedule" }, { key: "spot" }],
    memory: "512Mi",
    cpu: "1",
    deadlineSeconds: 5_400,
    keepSeconds: 3_600,
  });
});

test.each([
  ["ATALAYA_EXECUTOR", "docker", "SETTINGS_CHOICE_INVALID"],
  ["ATALAYA_KUBERNETES_NAMESPACE", "My_Space", "SETTINGS_VALUE_INVALID"],
  ["ATALAYA_KUBERNETES_MEMORY", "2 gigabytes", "SETTINGS_VALUE_INVALID"],
  ["ATALAYA_KUBERNETES_MEMORY", "0", "SETTINGS_VALUE_INVALID"],
  ["ATALAYA_KUBERNETES_DEADLINE", "soon", "SETTINGS_VALUE_INVALID"],
  ["ATALAYA_KUBERNETES_LABELS", "team", "SETTINGS_VALUE_INVALID"],
  ["ATALAYA_KUBERNETES_TOLERATIONS", "a=b:Never", "SETTINGS_VALUE_INVALID"],
])("%s=%s is refused by name, with an example", (variable, value, code) => {
  const refused = failure({ [variable]: value });
  expect(refused.code).toBe(code);
  expect(refused.message).toContain(variable);
  expect(refused.hint).toContain(variable);
});
