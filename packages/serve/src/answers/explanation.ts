import type { JsonCell, OutputSpace } from "@atalaya/learn";

export interface FeatureEffect {
  /** A feature of the model; in `columns`, and with `by=column`, a column of the request. */
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

/** `base` plus all effects (and `rest`) is `output`, and so is `base` plus all `columns` (and `restOfColumns`). */
export interface AdditiveParts {
  /** Output for an unknown row: the mean over the training rows. */
  readonly base: number;
  readonly output: number;
  /** By feature of the model, the strongest first. */
  readonly effects: readonly FeatureEffect[];
  readonly rest?: RemainingEffects;
  /** The same by column of the request; the effect of a derived value is shared equally among the columns that it reads. */
  readonly columns?: readonly FeatureEffect[];
  readonly restOfColumns?: RemainingEffects;
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

/** By which names effects are told: those of the model's features, those of the request's columns, or both beside each other. */
export type EffectView = "feature" | "column" | "both";
export const effectViews: readonly EffectView[] = ["feature", "column", "both"];

/** The explanation as it was asked for: this view, and of it the `top` strongest effects (null: all), the others summed up. */
export function presentExplanation(explanation: Explanation, view: EffectView, top: number | null): Explanation {
  const { space, meaning, label, onAnswerScale } = explanation;
  return {
    space,
    meaning,
    label,
    ...presentParts(explanation, view, top),
    onAnswerScale:
      onAnswerScale === null
        ? null
        : { scale: onAnswerScale.scale, unit: onAnswerScale.unit, ...presentParts(onAnswerScale, view, top) },
  };
}

function presentParts(
  { base, output, effects, columns = [] }: AdditiveParts,
  view: EffectView,
  top: number | null,
): AdditiveParts {
  const main = strongest(view === "column" ? columns : effects, top);
  const head = { base, output, effects: main.effects, ...(main.rest === undefined ? {} : { rest: main.rest }) };
  if (view !== "both") return head;
  const other = strongest(columns, top);
  return { ...head, columns: other.effects, ...(other.rest === undefined ? {} : { restOfColumns: other.rest }) };
}

function strongest(effects: readonly FeatureEffect[], top: number | null): Pick<AdditiveParts, "effects" | "rest"> {
  if (top === null || effects.length <= top) return { effects };
  const others = effects.slice(top);
  return {
    effects: effects.slice(0, top),
    rest: { features: others.length, effect: others.reduce((sum, { effect }) => sum + effect, 0) },
  };
}
