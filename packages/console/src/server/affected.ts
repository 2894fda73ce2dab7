import type { ConsoleEvent } from "@atalaya/api";

/** First parts of the keys that an event makes stale. */
export function affected(event: ConsoleEvent): readonly string[] {
  switch (event.type) {
    case "models":
      return ["models", "overview", "served", "watch", "audit"];
    case "runs":
      return ["runs", "overview"];
    case "traffic":
      return ["overview", "watch"];
    case "run":
      if (event.event.type === "run-done" || event.event.type === "run-failed" || event.event.type === "run-started") {
        return ["runs", "overview", "models", "data"];
      }
      return [`runs/${event.event.run}`];
  }
}
