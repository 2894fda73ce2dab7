import type { Registry } from "@atalaya/registry";
import { openBundle, registryModels, type ScoringModel } from "@atalaya/serve";
import { errors } from "../errors.js";

export interface LoadedModel {
  readonly version: number;
  /** SHA-256 of the bundle. */
  readonly hash: string;
  readonly scoring: ScoringModel;
}

/** The version that carries the alias, ready to answer. @throws CLI_NO_PRODUCTION, and what loading throws */
export async function loadModel(registry: Registry, pipeline: string, alias: string): Promise<LoadedModel> {
  const stored = await registryModels(registry).load(pipeline, { alias });
  if (stored === null) throw errors.NO_PRODUCTION({ pipeline, alias });
  const { version, hash, bytes } = stored;
  return { version, hash, scoring: openBundle(bytes) };
}
