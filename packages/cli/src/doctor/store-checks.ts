import type { Settings } from "@atalaya/settings";
import { openStore, type Store, sql } from "@atalaya/store";
import { probeObjects } from "../platform/probe-objects.js";
import { type Check, saw } from "./check.js";

/** PostgreSQL starts, or answers, and has its tables. */
export function databaseCheck(settings: Settings): Check<Store> {
  const isEmbedded = settings.databaseUrl === null;
  return {
    name: "PostgreSQL",
    look: async () => {
      const store = await openStore(settings);
      const answer = await sql<{ version: string }>`select version()`.execute(store.database);
      const release = (answer.rows[0]?.version ?? "PostgreSQL").split(" ").slice(0, 2).join(" ");
      return { found: isEmbedded ? `${release}, embedded` : release, opened: store };
    },
    cure: isEmbedded
      ? "Look at the log in the home's folder postgres."
      : "Check DATABASE_URL (or the PG_ variables), and that the server runs.",
  };
}

/** Every zone's bucket is there, or can be made, and takes an object. */
export function objectsCheck(settings: Settings, store: Store): Check {
  return {
    name: "objects",
    look: async () => saw(await probeObjects(store)),
    cure: settings.s3 === null ? "Make the home's folder objects writable." : "Check S3_ENDPOINT, its keys, and the way to it.",
  };
}
