import type { RunEvent } from "@atalaya/run";
import type { Meter } from "@atalaya/telemetry";

/** Adds what this process does of runs; give it every event of the runner. */
export function addRunMetrics(meter: Meter): (event: RunEvent) => void {
  const seconds = meter.histogram("atalaya_step_seconds");
  const replayed = meter.counter("atalaya_steps_replayed_total");
  const active = meter.gauge("atalaya_runs_active");
  const ended = meter.counter("atalaya_runs_ended_total");
  return (event) => {
    const { pipeline } = event;
    switch (event.type) {
      case "run-started":
        active.add({ pipeline });
        return;
      case "step-done":
        if (event.replayed) replayed.add({ pipeline });
        else seconds.of({ pipeline, step: event.step }).observe(event.seconds);
        return;
      case "run-done":
        active.add({ pipeline }, -1);
        ended.add({ pipeline, verdict: event.result.verdict });
        return;
      case "run-failed":
        active.add({ pipeline }, -1);
        ended.add({ pipeline, verdict: "failed" });
        return;
    }
  };
}
