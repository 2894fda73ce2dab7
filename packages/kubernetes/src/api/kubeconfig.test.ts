import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findConnection } from "./find-connection.js";
import { inClusterConnection } from "./in-cluster.js";
import { kubeconfigConnection } from "./kubeconfig.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atalaya-kubeconfig-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const config = (user: string, cluster = "server: https://10.0.0.1:6443") => `
apiVersion: v1
kind: Config
current-context: here
contexts: [{ name: here, context: { cluster: c, user: u, namespace: models } }]
clusters: [{ name: c, cluster: { ${cluster} } }]
users: [{ name: u, user: { ${user} } }]
`;

test("certificates in the file and beside it, and a token", async () => {
  write("ca.crt", "authority");
  const path = write(
    "config",
    config(
      `token: secret, client-certificate-data: ${btoa("cert")}, client-key-data: ${btoa("key")}`,
      "server: https://10.0.0.1:6443, certificate-authority: ca.crt, tls-server-name: kubernetes",
    ),
  );
  const connection = kubeconfigConnection([path]);
  expect([connection.server.href, connection.namespace]).toEqual(["https://10.0.0.1:6443/", "models"]);
  const { headers, tls } = await connection.credentials();
  expect(headers).toEqual({ authorization: "Bearer secret" });
  expect([tls.ca, tls.cert, tls.key].map(String)).toEqual(["authority", "cert", "key"]);
  expect(tls.servername).toBe("kubernetes");
});

test("a token file is read at each request; a password and an impersonation are headers", async () => {
  const token = write("token", "one\n");
  const connection = kubeconfigConnection([write("config", config("tokenFile: token, as: ana"))]);
  expect((await connection.credentials()).headers).toEqual({ authorization: "Bearer one", "impersonate-user": "ana" });
  writeFileSync(token, "two");
  expect((await connection.credentials()).headers["authorization"]).toBe("Bearer two");
  const other = kubeconfigConnection([write("other", config("username: ana, password: secret"))]);
  expect((await other.credentials()).headers["authorization"]).toBe(`Basic ${btoa("ana:secret")}`);
});

test("a command gives credentials, is asked once while they last, and again when the server has refused them", async () => {
  const calls = join(folder, "calls");
  const command = write(
    "login",
    `#!/bin/sh\necho x >> ${calls}\necho '{"status":{"token":"'$PREFIX$(wc -l < ${calls} | tr -d " ")'","expirationTimestamp":"2099-01-01T00:00:00Z"}}'\n`,
  );
  chmodSync(command, 0o755);
  const exec = "exec: { apiVersion: client.authentication.k8s.io/v1, command: ./login, env: [{ name: PREFIX, value: t }] }";
  const connection = kubeconfigConnection([write("config", config(exec))]);
  const token = async () => (await connection.credentials()).headers["authorization"];
  expect([await token(), await token()]).toEqual(["Bearer t1", "Bearer t1"]);
  connection.renew();
  expect(await token()).toBe("Bearer t2");
  writeFileSync(command, "#!/bin/sh\necho please log in >&2\nexit 1\n");
  connection.renew();
  await expect(token()).rejects.toMatchObject({ code: "KUBERNETES_CREDENTIAL_COMMAND" });
});

test("of several files the first that has an entry counts", () => {
  const first = write("first", "current-context: here\n");
  expect(kubeconfigConnection([first, write("second", config("token: x"))]).namespace).toBe("models");
});

test.each([
  ["no context", "clusters: []\n", /no current-context/],
  ["a context that is not there", "current-context: there\n", /no context there/],
  ["no server", config("token: x", "proxy-url: ''"), /no cluster with a server/],
  ["a proxy", config("token: x", "server: https://a, proxy-url: http://b"), /proxy-url/],
  ["the old auth-provider", config("auth-provider: { name: gcp }"), /auth-provider/],
  ["no mapping", "just text", /no mapping/],
])("%s is refused by name", (_what, text, words) => {
  expect(() => kubeconfigConnection([write("config", text)])).toThrow(words);
});

test("in a pod the mounted token is used, and read again when the server has refused it", async () => {
  write("token", "one\n");
  write("ca.crt", "authority");
  write("namespace", "models\n");
  const connection = inClusterConnection({ host: "fd00::1", port: "443", folder });
  if (connection === null) throw new Error("no connection");
  expect([connection.server.href, connection.namespace]).toEqual(["https://[fd00::1]/", "models"]);
  expect((await connection.credentials()).headers).toEqual({ authorization: "Bearer one" });
  write("token", "two");
  expect((await connection.credentials()).headers["authorization"]).toBe("Bearer one");
  connection.renew();
  expect((await connection.credentials()).headers["authorization"]).toBe("Bearer two");
  expect(inClusterConnection({ host: null, port: null, folder })).toBeNull();
});

test("KUBECONFIG goes before the pod", () => {
  const kubeconfig = write("config", config("token: x"));
  expect(findConnection({ kubeconfig, serviceHost: "10.0.0.9", servicePort: "443" }).from).toContain("context here");
  expect(() => findConnection({ kubeconfig: join(folder, "none"), serviceHost: null, servicePort: null })).toThrow(
    "cannot be used",
  );
});
