import { isAtalayaError } from "@atalaya/errors";
import type { Registry } from "@atalaya/registry";
import type { Store } from "@atalaya/store";
import type { ModelSource } from "./model-source.js";
import { readServingRules } from "./serving-rules.js";

/** What the registry says when there is no such model: no failure, but an answer. */
const UNKNOWN = new Set(["REGISTRY_PIPELINE_UNKNOWN", "REGISTRY_VERSION_UNKNOWN", "REGISTRY_ALIAS_UNKNOWN"]);

/**
 * The models of a registry, whose aliases are followed by its notifications.
 *
 * @param serving  what deployed pipelines say about serving; absent: what each version's signature says counts
 */
export function registryModels(
  registry: Pick<Registry, "aliasOf" | "versionOf" | "loadBundle" | "onAliasChange">,
  serving?: Pick<Store["serving"], "of">,
): ModelSource {
  return {
    rulesOf: async (pipeline) => {
      const declared = (await serving?.of(pipeline)) ?? null;
      return declared === null ? null : readServingRules({ serving: declared });
    },
    versionOf: async (pipeline, alias) => (await registry.aliasOf(pipeline, alias))?.version ?? null,
    load: (pipeline, wanted) =>
      nullIfUnknown(async () => {
        const { version, hash, metrics, run, signature } = await registry.versionOf(pipeline, wanted);
        const { bytes } = await registry.loadBundle(pipeline, { version });
        return { version, hash, bytes, metrics: onlyNumbers(metrics), run, rules: readServingRules(signature) };
      }),
    onChange: async (pipeline, callback) => {
      const stop = await registry.onAliasChange(pipeline, () => callback());
      return async () => stop();
    },
  };
}

async function nullIfUnknown<Result>(load: () => Promise<Result>): Promise<Result | null> {
  try {
    return await load();
  } catch (error) {
    if (isAtalayaError(error) && UNKNOWN.has(error.code)) return null;
    throw error;
  }
}

/** A metric that was not measured, or is no finite number, is null. */
function onlyNumbers(metrics: unknown): Record<string, number | null> {
  if (typeof metrics !== "object" || metrics === null) return {};
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, Number.isFinite(value) ? value : null]));
}
