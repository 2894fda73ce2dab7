import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store, sql } from "@atalaya/store";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { pipelineText, projectFolder } from "../test/project-folder.js";
import { runWords } from "../test/run-words.js";
import type { Finding } from "./check.js";

let directory: string;
let store: Store;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "atalaya-doctor-"));
  chmodSync(directory, 0o755);
  writeFileSync(join(directory, "homes.pipeline.ts"), pipelineText("homes"));
  // Plays the PostgreSQL of somebody else.
  store = await openStore({ home: join(directory, "external"), databaseUrl: null, s3: null });
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

/** What `atalaya doctor` tells of a check that fails. */
async function told(check: string, environment: Record<string, string>): Promise<Finding> {
  const variables = { ATALAYA_HOME: join(directory, "home"), DATA_URL: directory, ...environment };
  const { code, stdout } = await runWords(["doctor", "--json"], { directory, environment: variables });
  expect(code).toBe(1);
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  const found = findings.find((finding) => finding.check === check);
  if (found === undefined) throw new Error(`${check} was not looked at: ${stdout}`);
  expect(found.ok).toBe(false);
  return found;
}

async function listening(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

const keys = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };

test("a secret that is missing, by the variable that it should have become", async () => {
  const { found, cure } = await told("settings", { PG_HOST: "db", PG_USER: "ana", PG_DATABASE: "models" });
  expect(found).toContain("PG_PASSWORD is not");
  expect(cure).toContain("set PG_PASSWORD");
  expect((await told("settings", { S3_ENDPOINT: "http://s3:9000" })).cure).toContain("AWS_SECRET_ACCESS_KEY");
});

test("a wrong password, without repeating it", async () => {
  const url = new URL(store.databaseUrl);
  url.password = "hunter2";
  const { found, cure } = await told("PostgreSQL", { DATABASE_URL: url.href });
  expect(found).toMatch(/refuses the connection: password authentication failed/);
  expect(cure).toContain("PG_PASSWORD");
  expect(found + cure).not.toContain("hunter2");
});

test("a bucket that may not be written to", async () => {
  const refusal = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>';
  const url = await listening((_, response) => response.writeHead(403, { "content-type": "application/xml" }).end(refusal));
  const { found, cure } = await told("objects", { DATABASE_URL: store.databaseUrl, S3_ENDPOINT: url, ...keys });
  expect(found).toContain("AccessDenied");
  expect(cure).toContain("ATALAYA_S3_BUCKET");
});

test("rights that are too narrow, by each that is missing", async () => {
  const url = await listening((request, response) => {
    const isReview = request.url?.includes("selfsubjectaccessreviews");
    const answer = isReview ? { kind: "SelfSubjectAccessReview", status: { allowed: false } } : { kind: "Status" };
    response.writeHead(isReview ? 201 : 200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  const folder = projectFolder({
    config: JSON.stringify({
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
      clusters: [{ name: "k", cluster: { server: url } }],
      users: [{ name: "u", user: { token: "t" } }],
    }),
  });
  const { found, cure } = await told("Kubernetes", {
    DATABASE_URL: store.databaseUrl,
    ATALAYA_EXECUTOR: "kubernetes",
    ATALAYA_KUBERNETES_IMAGE: "atalaya:1",
    ATALAYA_KUBERNETES_NAMESPACE: "team",
    KUBECONFIG: join(folder, "config"),
  });
  expect(found).toMatch(/namespace team .*create jobs.*get pods\/log/);
  expect(cure).not.toBeNull();
});

test("a value of a wrong type, by its variable", async () => {
  const { found, cure } = await told("settings", { ATALAYA_KUBERNETES_MEMORY: "two gigabytes" });
  expect(found).toContain("ATALAYA_KUBERNETES_MEMORY");
  expect(cure).toContain("2Gi");
});

test("a database that a newer release has changed", async () => {
  await sql`insert into atalaya.migrations (name, timestamp) values ('9999-later', '2027')`.execute(store.database);
  const { found, cure } = await told("PostgreSQL", { DATABASE_URL: store.databaseUrl });
  expect(found).toContain("9999-later");
  expect(cure).toContain("Update Atalaya");
});
