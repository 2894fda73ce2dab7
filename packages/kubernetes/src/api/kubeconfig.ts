import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { errors } from "../errors.js";
import type { Connection, Credentials } from "./connection.js";
import { askForCredential, type CredentialCommand, type ExecCredential } from "./exec-credential.js";

type Fields = Readonly<Record<string, unknown>>;

/** Credentials of a command are asked for again so long before they expire. */
const EARLY_MS = 60_000;

interface Found {
  readonly fields: Fields;
  /** The file that it stands in: its relative paths begin there. */
  readonly file: string;
}

/**
 * The API server of a kubeconfig's current context. Of several files the first that has an entry counts, as for kubectl.
 *
 * Understood: certificate authorities, client certificates, tokens and token files, passwords, and commands for credentials;
 * impersonation. Not: the old auth-provider, and proxies.
 *
 * @throws KUBERNETES_KUBECONFIG_INVALID
 */
export function kubeconfigConnection(files: readonly string[]): Connection {
  const all = files.map((file) => ({ file, fields: readFields(file) }));
  const where = files.join(":");
  const invalid = (because: string): Error => errors.KUBECONFIG_INVALID({ file: where, because });
  const current = all.map(({ fields }) => textOf(fields, "current-context")).find((name) => name !== null);
  if (current == null) throw invalid("it has no current-context");
  const context = entry(all, "contexts", "context", current);
  if (context === null) throw invalid(`it has no context ${current}`);
  const cluster = entry(all, "clusters", "cluster", textOf(context.fields, "cluster") ?? "");
  const user = entry(all, "users", "user", textOf(context.fields, "user") ?? "");
  const server = cluster === null ? null : textOf(cluster.fields, "server");
  if (cluster === null || server === null || !URL.canParse(server))
    throw invalid(`context ${current} names no cluster with a server`);
  if (textOf(cluster.fields, "proxy-url") !== null) throw invalid("proxy-url is not supported");
  if (user?.fields["auth-provider"] !== undefined) throw invalid("auth-provider is not supported: use `exec`");
  const authority = trust(cluster);
  const signer = signing(user);
  return {
    server: new URL(server),
    namespace: textOf(context.fields, "namespace") ?? "default",
    from: `${where}, context ${current}`,
    credentials: async () => {
      const { headers, tls } = await signer.credentials();
      return { headers, tls: { ...authority, ...tls } };
    },
    renew: signer.renew,
  };
}

function readFields(file: string): Fields {
  try {
    const fields: unknown = parse(readFileSync(file, "utf8"));
    if (!isFields(fields)) throw new Error("it holds no mapping");
    return fields;
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw errors.KUBECONFIG_INVALID({ file, because }, error);
  }
}

/** The entry of this name in the first file that has it. */
function entry(files: readonly Found[], list: string, kind: string, name: string): Found | null {
  for (const { file, fields } of files) {
    const entries = fields[list];
    if (!Array.isArray(entries)) continue;
    const found: unknown = entries.find((one: unknown) => isFields(one) && one["name"] === name);
    if (isFields(found) && isFields(found[kind])) return { file, fields: found[kind] };
  }
  return null;
}

function trust(cluster: Found): Credentials["tls"] {
  const ca = bytesOf(cluster, "certificate-authority");
  const servername = textOf(cluster.fields, "tls-server-name");
  return {
    ...(ca === null ? {} : { ca }),
    ...(servername === null ? {} : { servername }),
    ...(cluster.fields["insecure-skip-tls-verify"] === true ? { rejectUnauthorized: false } : {}),
  };
}

function signing(user: Found | null): Pick<Connection, "credentials" | "renew"> {
  if (user === null) return { credentials: async () => ({ headers: {}, tls: {} }), renew: () => {} };
  const command = commandOf(user);
  let asked: ExecCredential | null = null;
  const ask = async (): Promise<ExecCredential | null> => {
    if (command === null) return null;
    if (asked === null || (asked.expiresAt !== null && asked.expiresAt - EARLY_MS < Date.now())) {
      asked = await askForCredential(command);
    }
    return asked;
  };
  return {
    credentials: async () => {
      const given = await ask();
      const cert = given?.certificate ?? bytesOf(user, "client-certificate");
      const key = given?.key ?? bytesOf(user, "client-key");
      const authorization = given?.token == null ? authorizationOf(user) : `Bearer ${given.token}`;
      const impersonated = textOf(user.fields, "as");
      return {
        headers: {
          ...(authorization === null ? {} : { authorization }),
          ...(impersonated === null ? {} : { "impersonate-user": impersonated }),
        },
        tls: { ...(cert === null ? {} : { cert }), ...(key === null ? {} : { key }) },
      };
    },
    renew: () => {
      asked = null;
    },
  };
}

function authorizationOf(user: Found): string | null {
  const file = textOf(user.fields, "tokenFile");
  // Read at each request: whoever writes the file replaces it.
  const token = file === null ? textOf(user.fields, "token") : readFileSync(resolve(dirname(user.file), file), "utf8").trim();
  if (token !== null) return `Bearer ${token}`;
  const [name, password] = [textOf(user.fields, "username"), textOf(user.fields, "password")];
  return name === null || password === null ? null : `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
}

function commandOf({ fields, file }: Found): CredentialCommand | null {
  const exec = fields["exec"];
  if (!isFields(exec)) return null;
  const command = textOf(exec, "command") ?? "";
  const pairs = Array.isArray(exec["env"]) ? exec["env"].filter(isFields) : [];
  return {
    apiVersion: textOf(exec, "apiVersion") ?? "client.authentication.k8s.io/v1",
    // A path, and not a name, begins at the file.
    command: command.includes("/") ? resolve(dirname(file), command) : command,
    args: Array.isArray(exec["args"]) ? exec["args"].map(String) : [],
    env: Object.fromEntries(pairs.map((pair) => [String(pair["name"]), String(pair["value"])])),
    installHint: textOf(exec, "installHint"),
  };
}

/** A file, or the same in the kubeconfig itself as `<name>-data`. */
function bytesOf({ fields, file }: Found, name: string): Buffer | null {
  const data = textOf(fields, `${name}-data`);
  if (data !== null) return Buffer.from(data, "base64");
  const path = textOf(fields, name);
  return path === null ? null : readFileSync(resolve(dirname(file), path));
}

function textOf(fields: Fields, name: string): string | null {
  const value = fields[name];
  return typeof value === "string" && value !== "" ? value : null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
