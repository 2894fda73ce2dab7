import { findExperiment } from "@atalaya/registry";
import { type OtherSide, objectOf, sourceOf, sourceTag, textOf } from "./other-side.js";
import { isNotThere, isThereAlready, unless } from "./refusals.js";

/** The experiment of the other side that has the name of ours; it is made, or brought back, when it is needed. */
export async function remoteExperiment(side: OtherSide, id: number): Promise<string> {
  const linked = await side.links.experiment(id);
  if (linked !== null) return linked;
  const { name } = await findExperiment(side.store.database, id);
  const remote = await experimentCalled(side, name, sourceOf(side, "experiment", id));
  await side.links.keep("experiment", String(id), remote);
  return remote;
}

export async function experimentCalled(side: OtherSide, name: string, source: string): Promise<string> {
  const found = await findCalled(side, name);
  if (found !== null) return found;
  const tags = [{ key: sourceTag, value: source }];
  const made = await unless(isThereAlready, side.server.send("POST", "experiments/create", { name, tags }));
  if (made !== null) return textOf(made, "experiment_id");
  return (await findCalled(side, name)) ?? "0";
}

async function findCalled({ server }: OtherSide, name: string): Promise<string | null> {
  const answer = await unless(isNotThere, server.get("experiments/get-by-name", { experiment_name: name }));
  if (answer === null) return null;
  const experiment = objectOf(answer, "experiment");
  const id = textOf(experiment, "experiment_id");
  if (experiment.lifecycle_stage === "deleted") await server.send("POST", "experiments/restore", { experiment_id: id });
  return id;
}

/** Brings name and stage of an experiment to the other side. An experiment that is gone here stays there. */
export async function lookAtExperiment(side: OtherSide, id: number): Promise<void> {
  const experiment = await unless(isUnknown, findExperiment(side.store.database, id));
  if (experiment === null) return;
  const known = await side.links.experiment(id);
  if (experiment.stage === "deleted") {
    if (known !== null) await unless(isNotThere, side.server.send("POST", "experiments/delete", { experiment_id: known }));
    return;
  }
  const remote = known ?? (await remoteExperiment(side, id));
  const answer = await unless(isNotThere, side.server.get("experiments/get", { experiment_id: remote }));
  if (answer === null) {
    await side.links.forget("experiment", String(id));
    await remoteExperiment(side, id);
    return;
  }
  const there = objectOf(answer, "experiment");
  if (there.lifecycle_stage === "deleted") await side.server.send("POST", "experiments/restore", { experiment_id: remote });
  if (there.name !== experiment.name)
    await side.server.send("POST", "experiments/update", { experiment_id: remote, new_name: experiment.name });
}

function isUnknown(error: unknown): boolean {
  return (error as { code?: unknown }).code === "REGISTRY_EXPERIMENT_UNKNOWN";
}
