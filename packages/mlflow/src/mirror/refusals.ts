import { isAtalayaError } from "@atalaya/errors";

/** Whether the other side refused a call with one of MLflow's codes. */
export function isRefusedWith(error: unknown, code: string): boolean {
  return isAtalayaError(error) && error.code === "MLFLOW_REMOTE_REFUSED" && error.details.code === code;
}

/** It is there already, by an earlier attempt whose answer was lost, or by somebody else. */
export function isThereAlready(error: unknown): boolean {
  return isRefusedWith(error, "RESOURCE_ALREADY_EXISTS");
}

export function isNotThere(error: unknown): boolean {
  return isRefusedWith(error, "RESOURCE_DOES_NOT_EXIST");
}

/** A run or experiment that was deleted takes nothing. */
export function isDeletedThere(error: unknown): boolean {
  return (
    isRefusedWith(error, "INVALID_PARAMETER_VALUE") && /must be in the 'active' state/.test(String((error as Error).message))
  );
}

/** What `work` gives; null when it fails as expected. */
export async function unless<Result>(isExpected: (error: unknown) => boolean, work: Promise<Result>): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (isExpected(error)) return null;
    throw error;
  }
}
