import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRegistry, type Registry } from "@atalaya/registry";
import { openStore, type Store } from "@atalaya/store";
import { type FastifyInstance, fastify } from "fastify";
import { mlflowRoutes } from "../plugin.js";

/** The protocol on a store of its own, listening on a free port. */
export interface ProtocolServer {
  readonly store: Store;
  readonly registry: Registry;
  readonly url: string;
  readonly port: number;
  readonly failures: unknown[];
  get(path: string, query?: Readonly<Record<string, string>>): Promise<Answer>;
  send(method: string, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are compared, not computed with
  readonly body: any;
}

export async function startProtocolServer(): Promise<ProtocolServer> {
  const home = mkdtempSync(join(tmpdir(), "atalaya-mlflow-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  const store = await openStore({ home, databaseUrl: null, s3: null });
  const registry = openRegistry(store);
  const app: FastifyInstance = fastify({ routerOptions: { ignoreTrailingSlash: true, maxParamLength: 100 } });
  const failures: unknown[] = [];
  await app.register(mlflowRoutes, { store, registry, onFailure: (error) => failures.push(error) });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const address = app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;
  const answer = async (response: Response): Promise<Answer> => {
    const text = await response.text();
    return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
  };
  const base = (path: string) => (path.startsWith("/") ? `${url}${path}` : `${url}/api/2.0/mlflow/${path}`);
  return {
    store,
    registry,
    url,
    port,
    failures,
    get: async (path, query = {}) => answer(await fetch(`${base(path)}?${new URLSearchParams(query)}`)),
    send: async (method, path, body) =>
      answer(
        await fetch(base(path), {
          method,
          ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        }),
      ),
    close: async () => {
      await app.close();
      await store.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
