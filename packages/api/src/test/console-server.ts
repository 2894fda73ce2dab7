import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { openRegistry, type Registry } from "@atalaya/registry";
import { createPredictionServer, type PredictionServer, registryModels } from "@atalaya/serve";
import { openStore, type Store } from "@atalaya/store";
import { addConsole, createEventHub, type EventHub } from "../index.js";

/** A console on an empty database, without a network: requests are injected. */
export interface ConsoleServer {
  readonly store: Store;
  readonly registry: Registry;
  readonly events: EventHub;
  readonly app: PredictionServer["app"];
  get(url: string, headers?: Record<string, string>): Promise<Answer>;
  post(url: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  json<Value>(): Value;
}

export async function openConsole(): Promise<ConsoleServer> {
  const home = mkdtempSync(join(tmpdir(), "atalaya-api-"));
  // Root runs PostgreSQL as another account, who must be able to enter the home.
  chmodSync(home, 0o755);
  const page = join(home, "page");
  mkdirSync(join(page, "assets"), { recursive: true });
  writeFileSync(join(page, "index.html"), "<!doctype html><title>Atalaya</title>");
  writeFileSync(join(page, "index.html.br"), brotliCompressSync("<!doctype html><title>Atalaya</title>"));
  writeFileSync(join(page, "assets/index-1a2b.js"), `console.log(${"1".repeat(2_000)});`);
  const store = await openStore({ home, databaseUrl: null, s3: null });
  const registry = openRegistry(store);
  const events = createEventHub();
  const pipelines = [{ name: "houses", alias: "production", schedules: ["0 3 * * 1"] }];
  const server = await createPredictionServer({
    models: registryModels(registry),
    pipelines: ["houses"],
    home: false,
    extend: ({ app, service }) =>
      addConsole(app, { store, registry, service, events, pipelines, page, version: "1", control: null }),
  });
  const inject = async (
    method: "GET" | "POST",
    url: string,
    headers: Record<string, string>,
    payload?: string,
  ): Promise<Answer> => {
    const response = await server.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.payload,
      json: <Value>() => response.json<Value>(),
    };
  };
  return {
    store,
    registry,
    events,
    app: server.app,
    get: (url, headers = {}) => inject("GET", url, headers),
    post: (url, body, headers = {}) =>
      inject("POST", url, { "content-type": "application/json", ...headers }, JSON.stringify(body)),
    close: async () => {
      await server.close();
      await store.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
