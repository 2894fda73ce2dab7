import type { PipelineDefinition } from "@atalaya/define";
import { metricCatalogue, metricsOf } from "@atalaya/learn";

/** The metrics to optimise: the pipeline's, else the first that is usual for its task. */
export function objectives(definition: PipelineDefinition): readonly string[] {
  if (definition.train.optimise.length > 0) return definition.train.optimise;
  return definition.task === "regression"
    ? ["rmse"]
    : definition.task === "classification"
      ? ["logLoss"]
      : metricsOf("anomaly").slice(0, 1);
}

export function betterOf(metric: string): "higher" | "lower" {
  return metric in metricCatalogue ? metricCatalogue[metric as keyof typeof metricCatalogue].better : "higher";
}
