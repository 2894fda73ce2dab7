import type { RunEvent } from "@atalaya/run";
import { formatSeconds, plural } from "../terminal/format.js";
import { describeProgress, shortRun } from "./render-run.js";

/** A log must not fill with progress: at most one line per step in this time. */
const progressEveryMs = 10_000;

/** Turns events into lines for a log or a pipe: each says its pipeline, none is ever taken back. */
export function createPlainLines(): (event: RunEvent) => string | null {
  const lastProgress = new Map<string, number>();

  return (event) => {
    const line = (text: string): string => `${event.pipeline}: ${text}`;
    switch (event.type) {
      case "run-started":
        return line(
          `run ${shortRun(event.run)} ${event.resumed ? "continues" : "starts"}, ${plural(event.steps.length, "step")}`,
        );
      case "step-started":
        lastProgress.set(`${event.run} ${event.step}`, event.at);
        return null;
      case "step-progress": {
        const key = `${event.run} ${event.step}`;
        if (event.at - (lastProgress.get(key) ?? event.at) < progressEveryMs) return null;
        lastProgress.set(key, event.at);
        return line(`${event.step}: ${describeProgress(event)}`);
      }
      case "step-done":
        return line(`${event.step}: ${event.summary} (${event.replayed ? "done earlier" : formatSeconds(event.seconds)})`);
      case "run-done":
        return null;
      case "run-failed":
        return line(`failed: ${event.code} ${event.message}`);
      case "note":
        return line(`${event.step}: ${event.text}`);
    }
  };
}
