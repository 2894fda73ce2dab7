import { setTimeout as sleep } from "node:timers/promises";
import { isAtalayaError } from "@atalaya/errors";
import { type Kysely, sql } from "kysely";
import type { Schema } from "./schema.js";

/** Connections, and a server that stops or starts; see PostgreSQL's appendix A. */
const AWAY_STATES = /^(08...|57P0[123])$/;
const AWAY_NUMBERS = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"]);
/** pg has no codes for these. */
const AWAY_WORDS =
  /^(Connection terminated|Client has encountered a connection error|Client was closed and is not queryable|timeout exceeded when trying to connect|read ECONNRESET)/;
const LOOK_EVERY_MS = 250;
const LONGEST_LOOK_MS = 2_000;

/**
 * True when an error says nothing but that PostgreSQL was not there: it was restarted, or the way to it broke. Whether the
 * statement was carried out is not known then. Errors of ours are never that, whatever they were caused by.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (isAtalayaError(error)) return error.code === "STORE_DATABASE_UNREACHABLE";
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isDatabaseAway)) return true;
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && (AWAY_STATES.test(code) || AWAY_NUMBERS.has(code))) return true;
  return AWAY_WORDS.test(error.message) || isDatabaseAway(error.cause);
}

/** Resolves when the server answers again, or the signal fires. */
export async function untilAnswering(database: Kysely<Schema>, signal: AbortSignal): Promise<void> {
  for (let pause = LOOK_EVERY_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_LOOK_MS)) {
    await sleep(pause, undefined, { signal }).catch(() => {});
    try {
      await sql`select 1`.execute(database);
      return;
    } catch (error) {
      // A server that answers with a refusal is there.
      if (!isDatabaseAway(error)) return;
    }
  }
}
