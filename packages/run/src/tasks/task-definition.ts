import type { PipelineDefinition } from "@atalaya/define";
import type { ObjectReference, Store } from "@atalaya/store";
import { readJsonObject, writeJsonObject } from "../artifacts/json-objects.js";
import type { StageContext } from "../stages/stage.js";
import type { StageName } from "../workflow/stage-registry.js";
import { decodeValue, encodeValue } from "./encode-value.js";

/** What stands in the row of a task. */
export interface TaskInput {
  /** The definition as its worker has it, without the project's own functions. */
  readonly definition: ObjectReference;
  readonly input: unknown;
}

const written = new WeakMap<PipelineDefinition, Promise<ObjectReference>>();

/**
 * Keeps the definition for tasks: reading it takes a millisecond, and loading a project, which is TypeScript, half a second. Written
 * once for each definition of a worker.
 */
export function keepDefinition({ store, definition }: StageContext): Promise<ObjectReference> {
  const known = written.get(definition);
  if (known !== undefined) return known;
  const writing = writeJsonObject(store, "eval", definition.name, "definition", encodeValue(definition));
  written.set(definition, writing);
  writing.catch(() => written.delete(definition));
  return writing;
}

/** The definition that a worker has kept. Its functions are missing: see `needsCode`. */
export async function readDefinition(store: Store, reference: ObjectReference): Promise<PipelineDefinition> {
  // What was written is a definition: the store has checked its hash.
  return decodeValue(await readJsonObject(store, reference)) as PipelineDefinition;
}

/** True when the stage calls a function of the project, so that the project has to be loaded. */
export function needsCode(stage: StageName, { gates }: PipelineDefinition): boolean {
  // A gate that is a function is left out of JSON, which leaves null in its place.
  return stage === "rows" || stage === "trainOnly" || (stage === "gate" && gates.some((gate) => (gate as unknown) === null));
}
