import { addRunMetrics, addStoreMetrics, factMetrics, type GateLimit, type WatchedPipeline } from "@atalaya/api";
import { isPipeline } from "@atalaya/define";
import type { RunEvent } from "@atalaya/run";
import type { PredictionService } from "@atalaya/serve";
import { Meter } from "@atalaya/telemetry";
import type { Project } from "../project/load-project.js";
import type { Stores } from "./workshop.js";

/** Adds to `/metrics` what this process does of runs and stores, and what all processes did. Give the result every event of a run. */
export function observePlatform(options: {
  readonly service: Pick<PredictionService, "metrics">;
  readonly project: Project;
  readonly stores: Pick<Stores, "store">;
  readonly say: (line: string) => void;
}): (event: RunEvent) => void {
  const { service, project, stores, say } = options;
  const { store } = stores;
  const meter = new Meter();
  const onEvent = addRunMetrics(meter);
  addStoreMetrics(meter, store);
  service.metrics.include(() => meter.text());
  const onFailed = (error: unknown): void =>
    say(`Metrics of runs and data could not be read: ${error instanceof Error ? error.message : String(error)}`);
  service.metrics.include(factMetrics({ store, pipelines: watchedPipelines(project), onFailed }));
  return onEvent;
}

function watchedPipelines({ pipelines }: Project): WatchedPipeline[] {
  return [...pipelines].map(([name, each]) => {
    if (!isPipeline(each)) return { name, alias: "production", limits: [], freshWithinSeconds: null };
    const { alias, gates, checks } = each.definition;
    const limits = gates.flatMap((gate): GateLimit[] =>
      typeof gate === "object" && (gate.gate === "atLeast" || gate.gate === "atMost")
        ? [{ metric: gate.metric, bound: gate.gate, limit: gate.limit }]
        : [],
    );
    return { name, alias, limits, freshWithinSeconds: checks.freshWithinMs === null ? null : checks.freshWithinMs / 1_000 };
  });
}
