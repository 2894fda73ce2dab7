import type { JsonCell, OutputSpace } from "@atalaya/learn";

export interface FeatureEffect {
  readonly feature: string;
  /** What the feature was for this row, before it became a number; null is missing. */
  readonly value: JsonCell;
  /** What it adds to the output, given everything else. */
  readonly effect: number;
}

/** Effects that a caller did not ask for, as one number, so that the sum still holds. */
export interface RemainingEffects {
  readonly features: number;
  readonly effect: number;
}

/** `base` plus all effects (and `rest`) is `output`. */
export interface AdditiveParts {
  /** Output for an unknown row: the mean over the training rows. */
  readonly base: number;
  readonly output: number;
  /** The strongest first. */
  readonly effects: readonly FeatureEffect[];
  readonly rest?: RemainingEffects;
}

/** Why a row got its prediction: exact SHAP values of the model. */
export interface Explanation extends AdditiveParts {
  /** In which space the effects add up: that of the trees' output. */
  readonly space: OutputSpace;
  /** The space in words. */
  readonly meaning: string;
  /** The class whose output is explained; null for numbers and anomalies. */
  readonly label: string | null;
  /**
   * The same effects on the scale of the prediction, each in proportion to its effect in `space`, so that they sum to the
   * prediction. null for boosted classes from three on: their probabilities depend on all outputs.
   */
  readonly onAnswerScale:
    | (AdditiveParts & { readonly scale: "value" | "probability" | "score"; readonly unit: string | null })
    | null;
}

/** The explanation with the `top` strongest effects of each scale; the others are summed up in `rest`. */
export function keepStrongest(explanation: Explanation, top: number): Explanation {
  const { onAnswerScale, effects, ...head } = explanation;
  return {
    ...head,
    ...strongest(effects, top),
    onAnswerScale: onAnswerScale === null ? null : { ...onAnswerScale, ...strongest(onAnswerScale.effects, top) },
  };
}

function strongest(effects: readonly FeatureEffect[], top: number): Pick<AdditiveParts, "effects" | "rest"> {
  if (effects.length <= top) return { effects };
  const others = effects.slice(top);
  return {
    effects: effects.slice(0, top),
    rest: { features: others.length, effect: others.reduce((sum, { effect }) => sum + effect, 0) },
  };
}
