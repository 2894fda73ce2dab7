import { databaseSessions, objectUse, type Store } from "@atalaya/store";
import type { Meter } from "@atalaya/telemetry";

/** Adds what this process asks of PostgreSQL and of the object store. */
export function addStoreMetrics(meter: Meter, { database, objects }: Pick<Store, "database" | "objects">): void {
  meter.observe("atalaya_database_sessions", () =>
    Object.entries(databaseSessions(database)).map(([state, value]) => ({ labels: { state }, value })),
  );
  meter.observe("atalaya_object_operations_total", () =>
    objectUse(objects).flatMap(({ operation, done, failed }) => [
      { labels: { operation, outcome: "done" }, value: done },
      { labels: { operation, outcome: "failed" }, value: failed },
    ]),
  );
  meter.observe("atalaya_object_seconds_total", () =>
    objectUse(objects).map(({ operation, seconds: value }) => ({ labels: { operation }, value })),
  );
}
