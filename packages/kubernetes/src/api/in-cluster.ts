import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "./connection.js";

/** Where the kubelet mounts a service account's token. */
const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";
/** The kubelet replaces a token long before it expires; a read in a minute costs nothing. */
const REREAD_MS = 60_000;

export interface PodSurroundings {
  readonly host: string | null;
  readonly port: string | null;
  readonly folder?: string;
}

/** The API server of the cluster that this pod runs in; null: this is no pod, or it has no token. */
export function inClusterConnection({ host, port, folder = FOLDER }: PodSurroundings): Connection | null {
  if (host === null || port === null || !existsSync(join(folder, "token"))) return null;
  const ca = readFileSync(join(folder, "ca.crt"), "utf8");
  const namespaceFile = join(folder, "namespace");
  let token = "";
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    server: new URL(`https://${host.includes(":") ? `[${host}]` : host}:${port}`),
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, "utf8").trim() : "default",
    from: "this pod",
    credentials: async () => {
      const now = performance.now();
      if (now - readAt > REREAD_MS) {
        token = readFileSync(join(folder, "token"), "utf8").trim();
        readAt = now;
      }
      return { headers: { authorization: `Bearer ${token}` }, tls: { ca } };
    },
    renew: () => {
      readAt = Number.NEGATIVE_INFINITY;
    },
  };
}
