import type { Executor, PipelineDefinition, PlacementDefinition, StepPlacementDefinition } from "@atalaya/define";

/** Where one step runs, and what it asks of the machine there. */
export interface PlacedStep extends PlacementDefinition {
  readonly executor: Executor;
}

/**
 * A step's own word goes before the pipeline's. A setting goes before both, so that a project made for a cluster runs on a
 * laptop as it is; only a step that is to stay inline stays there.
 *
 * @param setting  ATALAYA_EXECUTOR; null: unset
 */
export function placementOf({ runsOn }: PipelineDefinition, setting: Executor | null, step: string): PlacedStep {
  const own: StepPlacementDefinition = runsOn?.steps[nameOf(step)] ?? {};
  const { executor: ownExecutor, ...ownPlacement } = own;
  const declared = ownExecutor ?? runsOn?.executor ?? "inline";
  const executor = setting === null || ownExecutor === "inline" ? declared : setting;
  return { ...runsOn?.placement, ...ownPlacement, executor };
}

/** A trial is placed as the tuning is, a project's own step by its own name. */
function nameOf(step: string): string {
  if (/^trial \d+$/.test(step)) return "tune";
  return step;
}
