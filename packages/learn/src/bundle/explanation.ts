import { errors } from "../errors.js";
import type { Explanation } from "../explain/explain.js";
import { expressionColumns } from "../expression/check.js";
import type { FittedFeature, FittedFeatures } from "../features/feature-plan.js";
import { type JsonCell, readJsonCell } from "../frame/cell.js";
import type { Frame } from "../frame/frame.js";
import { columnOf } from "../frame/select.js";
import type { FittedModel, OutputSpace, TreeEnsemble } from "../model/model.js";
import { type AnswerScale, answerFactor, answerScaleOf } from "./answer-scale.js";

/** Effect of one feature: a request column or a derived value, under its name. */
export interface FeatureEffect {
  readonly feature: string;
  /** The row's value; null is missing. */
  readonly value: JsonCell;
  readonly effect: number;
}

/** Effect of one request column, alone and through derived values. */
export interface InputEffect {
  readonly input: string;
  readonly effect: number;
}

/** `base + Σ effects = output`, and `base + Σ byInput = output`. */
export interface EffectSum {
  /** Output without any knowledge of the row. */
  readonly base: number;
  readonly output: number;
  /** In the order of the model's features. */
  readonly effects: readonly FeatureEffect[];
  /** In the order of the inputs. The effect of a derived value is shared equally among the columns that it reads. */
  readonly byInput: readonly InputEffect[];
}

export interface RowExplanation {
  /** Space of `outputs`: what its numbers mean. */
  readonly space: OutputSpace;
  /** One per raw output. `class` is whose log-odds or probability it is (of two boosted classes the second), else null. */
  readonly outputs: readonly (EffectSum & { readonly class: string | null })[];
  /**
   * The same on the scale of the answer; each effect in proportion to its raw effect (see `answerFactor`). `base` is the
   * answer to the raw base, which is not the mean answer. null where an answer mixes several outputs.
   */
  readonly onAnswerScale: (EffectSum & { readonly scale: "value" | "probability" | "score" }) | null;
}

/** Rounding that a sum of effects may show, relative to the largest number in it. */
const TOLERANCE = 1e-9;
/** 2^-24: half a unit in the last place of a float32 between 1 and 2. */
const HALF_UNIT = 1 / 16_777_216;

/** Effects are summed in float64; each tree that an imported model adds in float32 may cost it half a unit in the last place. */
function toleranceOf({ precision, rootByTree }: TreeEnsemble): number {
  return precision === "float32" ? TOLERANCE + (rootByTree.length + 1) * HALF_UNIT : TOLERANCE;
}

const inputsOf = new WeakMap<FittedFeatures, readonly (readonly number[])[]>();

/** Which inputs an effect of each feature belongs to: positions in the list of inputs. Made once for the same features. */
export function inputsByFeature(features: FittedFeatures): readonly (readonly number[])[] {
  let known = inputsOf.get(features);
  if (known === undefined) {
    known = findInputs(features);
    inputsOf.set(features, known);
  }
  return known;
}

function findInputs({ inputs, derived, features }: FittedFeatures): readonly (readonly number[])[] {
  const positions = new Map(inputs.map(({ name }, position) => [name, position]));
  const expressions = new Map(derived.map(({ name, expression }) => [name, expression]));
  return features.map(({ name }) => {
    const expression = expressions.get(name);
    const names = expression === undefined ? [name] : expressionColumns(expression);
    return names.map((input) => positions.get(input) ?? -1).filter((position) => position >= 0);
  });
}

/**
 * Explanations of rows out of raw effects, summed over the matrix columns of each feature.
 *
 * @param values  inputs and derived values of the rows
 * @param raw     raw outputs `[output][row]` of the same rows
 * @throws LEARN_EXPLANATION_NOT_ADDITIVE when effects do not sum to the output
 */
export function explainRows(
  features: FittedFeatures,
  model: FittedModel,
  values: Frame,
  raw: readonly Float64Array[],
  explanation: Explanation,
): RowExplanation[] {
  const inputs = inputsByFeature(features);
  const columns = features.features.map(({ name }) => columnOf(values, name));
  const scale = answerScaleOf(model);
  const tolerance = toleranceOf(model.trees);
  return Array.from({ length: values.rowCount }, (_, row): RowExplanation => {
    const cells = columns.map((column) => readJsonCell(column, row));
    const sumOf = ({ base, output, effects }: RawSum): EffectSum => ({
      base,
      output,
      effects: features.features.map(({ name }, position) => ({
        feature: name,
        value: cells[position],
        effect: effects[position],
      })),
      byInput: shareAmongInputs(features, inputs, effects),
    });
    const sums = raw.map((output, position): RawSum => {
      const effects = featureEffects(features.features, explanation, row, position);
      return { base: explanation.base[position], output: output[row], effects };
    });
    for (const sum of sums) checkSum(row, sum, tolerance);
    return {
      space: model.space,
      outputs: sums.map((sum, position) => ({ class: classOf(model, position), ...sumOf(sum) })),
      onAnswerScale: scale === null ? null : { scale: scale.name, ...sumOf(toAnswerScale(scale, sums[0])) },
    };
  });
}

/** Effects by feature, of one output. */
interface RawSum {
  readonly base: number;
  readonly output: number;
  readonly effects: readonly number[];
}

function toAnswerScale(scale: AnswerScale, { base, output, effects }: RawSum): RawSum {
  const factor = answerFactor(scale, base, output);
  return { base: scale.answer(base), output: scale.answer(output), effects: effects.map((effect) => effect * factor) };
}

function classOf({ space, classes }: FittedModel, output: number): string | null {
  if (classes === null) return null;
  return space === "logOdds" ? classes[1] : classes[output];
}

/** Effect by feature: the sum over its matrix columns. */
function featureEffects(
  features: readonly FittedFeature[],
  { effects, outputCount, columnCount }: Explanation,
  row: number,
  output: number,
): number[] {
  const start = (row * outputCount + output) * columnCount;
  return features.map(({ column, width }) => {
    let sum = 0;
    for (let own = column; own < column + width; own++) sum += effects[start + own];
    return sum;
  });
}

function checkSum(row: number, { base, output, effects }: RawSum, tolerance: number): void {
  let sum = base;
  let largest = Math.max(Math.abs(base), Math.abs(output));
  for (const effect of effects) {
    sum += effect;
    largest = Math.max(largest, Math.abs(effect));
  }
  // Written so that NaN fails.
  if (!(Math.abs(sum - output) <= tolerance * largest)) throw errors.EXPLANATION_NOT_ADDITIVE({ row, output, sum });
}

function shareAmongInputs(
  { inputs }: FittedFeatures,
  inputsOfFeature: readonly (readonly number[])[],
  effects: readonly number[],
): InputEffect[] {
  const sums = new Float64Array(inputs.length);
  const isRead = new Uint8Array(inputs.length);
  effects.forEach((effect, feature) => {
    const positions = inputsOfFeature[feature];
    for (const position of positions) {
      sums[position] += effect / positions.length;
      isRead[position] = 1;
    }
  });
  return inputs
    .map(({ name }, position) => ({ input: name, effect: sums[position] }))
    .filter((_, position) => isRead[position] === 1);
}
