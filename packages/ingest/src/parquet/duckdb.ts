import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

export interface DuckLimits {
  /** DuckDB spills to a temporary folder beyond this. */
  readonly memoryMib?: number;
  readonly threads?: number;
}

/** A DuckDB of our own with limits, no downloads, and a folder that is removed with it. */
export interface Duck {
  readonly connection: DuckDBConnection;
  readonly folder: string;
  close(): Promise<void>;
}

export async function openDuck(limits: DuckLimits = {}): Promise<Duck> {
  const folder = await mkdtemp(join(tmpdir(), "atalaya-"));
  const instance = await DuckDBInstance.create(":memory:", {
    // Extensions are downloads: everything that ingest needs is built in.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    memory_limit: `${limits.memoryMib ?? 1024}MiB`,
    threads: String(limits.threads ?? Math.min(4, availableParallelism())),
    temp_directory: join(folder, "spill"),
    preserve_insertion_order: "true",
  });
  const connection = await instance.connect();
  return {
    connection,
    folder,
    close: async () => {
      connection.closeSync();
      instance.closeSync();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** First line of a DuckDB message, without its class. */
export function duckReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n")[0] ?? message).replace(/^[A-Za-z ]*Error: /, "").replace(/\.$/, "");
}
