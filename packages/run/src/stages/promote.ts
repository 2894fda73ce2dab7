import type { StepOutcome } from "../workflow/step-clock.js";
import type { GateOutcome } from "./gate.js";
import type { RegisterOutcome } from "./register.js";
import type { StageContext } from "./stage.js";

/** Moves the alias to the version when every gate passed; otherwise what serves goes on serving. */
export async function promote(context: StageContext, registered: RegisterOutcome, judged: GateOutcome): Promise<StepOutcome> {
  const { registry, definition, run } = context;
  if (!judged.pass) {
    const stays = judged.champion === null ? "nothing is in production" : `version ${judged.champion} stays`;
    return { summary: `version ${registered.version} refused; ${stays}` };
  }
  const { changed } = await registry.promote({
    pipeline: definition.name,
    version: registered.version,
    alias: definition.alias,
    who: `run ${run}`,
    why: judged.reasons.join("; "),
  });
  return {
    summary: changed
      ? `version ${registered.version} is ${definition.alias}`
      : `version ${registered.version} was ${definition.alias} already`,
  };
}
