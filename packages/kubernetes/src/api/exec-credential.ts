import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { childEnvironment } from "@atalaya/settings";
import { errors } from "../errors.js";

/** A command that a kubeconfig names for credentials, as of cloud providers. */
export interface CredentialCommand {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly installHint: string | null;
}

export interface ExecCredential {
  readonly token: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  /** Milliseconds since 1970; null: for as long as this process lives. */
  readonly expiresAt: number | null;
}

const LONGEST_MS = 60_000;
const run = promisify(execFile);

/**
 * Asks the command for credentials.
 *
 * @throws KUBERNETES_CREDENTIAL_COMMAND
 * @see Kubernetes' client.authentication.k8s.io/v1
 */
export async function askForCredential({
  apiVersion,
  command,
  args,
  env,
  installHint,
}: CredentialCommand): Promise<ExecCredential> {
  const info = JSON.stringify({ apiVersion, kind: "ExecCredential", spec: { interactive: false } });
  try {
    const { stdout } = await run(command, [...args], {
      env: childEnvironment({ ...env, KUBERNETES_EXEC_INFO: info }),
      timeout: LONGEST_MS,
    });
    return credentialOf(JSON.parse(stdout));
  } catch (error) {
    const because = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw errors.CREDENTIAL_COMMAND({ command, because: installHint === null ? because : `${because}; ${installHint}` }, error);
  }
}

function credentialOf(answer: unknown): ExecCredential {
  const { status } = answer as { readonly status?: Readonly<Record<string, unknown>> };
  const text = (name: string): string | null => (typeof status?.[name] === "string" ? status[name] : null);
  const expires = text("expirationTimestamp");
  const credential = {
    token: text("token"),
    certificate: text("clientCertificateData"),
    key: text("clientKeyData"),
    expiresAt: expires === null ? null : Date.parse(expires),
  };
  if (credential.token === null && credential.certificate === null)
    throw new Error("its answer holds neither token nor certificate");
  return credential;
}
