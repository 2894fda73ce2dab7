import type { SecureContextOptions } from "node:tls";

/** What a request is signed with. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Pick<SecureContextOptions, "ca" | "cert" | "key"> & {
    readonly rejectUnauthorized?: boolean;
    readonly servername?: string;
  };
}

/** An API server and how to be known to it. */
export interface Connection {
  readonly server: URL;
  /** Namespace of this pod, or of the context. */
  readonly namespace: string;
  /** What says so, for people: a file, or this pod. */
  readonly from: string;
  /** Tokens expire and are replaced: asked for at each request, read anew when need be. */
  credentials(): Promise<Credentials>;
  /** Forgets what it remembers, after the server has refused it. */
  renew(): void;
}
