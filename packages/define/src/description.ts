import type { PipelineDefinition } from "./definition.js";
import type { DurableDefinition } from "./durable.js";

/**
 * A definition as canonical JSON text (keys sorted, the user's functions by their source): equal text means that a run
 * in flight can go on with it. Its hash is the definition's identity. Where steps run is no part of it: a run goes on with more
 * memory, or on another kind of machine.
 */
export function describeDefinition(definition: PipelineDefinition | DurableDefinition): string {
  const elsewhere = "runsOn" in definition ? definition.runsOn : undefined;
  return JSON.stringify(definition, (_key, value: unknown) => {
    if (value === elsewhere) return undefined;
    if (typeof value === "function") return { function: value.toString() };
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
    }
    return value;
  });
}
