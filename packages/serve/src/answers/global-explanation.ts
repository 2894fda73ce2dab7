import type { ScoringModel } from "../models/scoring-model.js";
import type { ServedModel } from "../models/served-model.js";
import type { AdditiveParts } from "./explanation.js";

/** How much each feature, or column, matters over a sample of the training rows. */
export interface GlobalExplanation {
  /** Space in which the effects were measured. */
  readonly space: string;
  readonly meaning: string;
  /** Rows of the sample. */
  readonly rows: number;
  /** Mean absolute effect, the strongest first. */
  readonly features: readonly GlobalEffect[];
  readonly columns: readonly GlobalEffect[];
}

export interface GlobalEffect {
  readonly feature: string;
  readonly meanAbsoluteEffect: number;
  readonly meanEffect: number;
  /** Of all mean absolute effects. */
  readonly share: number;
}

const byModel = new WeakMap<ScoringModel, GlobalExplanation>();

/** Mean effects over the rows that the model was replayed on, made when it is first asked for. */
export function globalExplanation({ scoring }: Pick<ServedModel, "scoring">): GlobalExplanation {
  const known = byModel.get(scoring);
  if (known !== undefined) return known;
  const explanations = scoring.sample.length === 0 ? [] : scoring.explain(scoring.read(scoring.sample).frame);
  const global: GlobalExplanation = {
    space: explanations[0]?.space ?? "value",
    meaning: explanations[0]?.meaning ?? "",
    rows: explanations.length,
    features: meanEffects(explanations, ({ effects }) => effects),
    columns: meanEffects(explanations, ({ columns }) => columns ?? []),
  };
  byModel.set(scoring, global);
  return global;
}

function meanEffects(
  explanations: readonly AdditiveParts[],
  effectsOf: (parts: AdditiveParts) => AdditiveParts["effects"],
): GlobalEffect[] {
  const sums = new Map<string, { absolute: number; signed: number }>();
  for (const explanation of explanations) {
    for (const { feature, effect } of effectsOf(explanation)) {
      const sum = sums.get(feature) ?? { absolute: 0, signed: 0 };
      sum.absolute += Math.abs(effect);
      sum.signed += effect;
      sums.set(feature, sum);
    }
  }
  const total = [...sums.values()].reduce((all, { absolute }) => all + absolute, 0);
  const rows = explanations.length;
  return [...sums]
    .map(([feature, { absolute, signed }]) => ({
      feature,
      meanAbsoluteEffect: absolute / rows,
      meanEffect: signed / rows,
      share: total > 0 ? absolute / total : 0,
    }))
    .sort((one, other) => other.meanAbsoluteEffect - one.meanAbsoluteEffect);
}
