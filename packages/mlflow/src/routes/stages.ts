import { invalid } from "../errors.js";

const stages = ["None", "Staging", "Production", "Archived"];

/** @throws MLFLOW_INVALID_PARAMETER */
export function canonicalStage(stage: string): string {
  const found = stages.find((known) => known.toLowerCase() === stage.toLowerCase());
  if (found === undefined) throw invalid(`Invalid Model Version stage: ${stage}. Value must be one of ${stages.join(", ")}.`);
  return found;
}

export function isActiveStage(stage: string): boolean {
  return stage === "Staging" || stage === "Production";
}
