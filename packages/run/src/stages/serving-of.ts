import type { PipelineDefinition } from "@atalaya/define";

/** What a pipeline says about serving, as the service reads it; without a word of it the usual way. */
export function servingOf({ serve, features, dataset }: PipelineDefinition) {
  return { ...serve, targetFrom: dataset.columns.find(({ name }) => name === features.target)?.from[0] ?? null };
}
