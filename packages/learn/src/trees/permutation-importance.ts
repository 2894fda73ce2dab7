import type { FeatureMatrix } from "../features/feature-plan.js";
import type { FittedModel } from "../model/model.js";
import { createRandom, type Random } from "../random/random.js";
import { predictRaw } from "./predict.js";

export interface PermutationOptions {
  /** How often each column is shuffled. Default 5. */
  readonly repeats?: number;
  readonly seed?: number;
}

/** How much a loss grows when a column's values are dealt to other rows. */
export interface PermutationImportance {
  /** Mean and sample deviation over the repeats; about 0 for a column that the model does not need. */
  readonly increaseByColumn: Float64Array;
  readonly deviationByColumn: Float64Array;
  /** The loss of the rows as they are. */
  readonly loss: number;
}

/**
 * Importance of matrix columns by shuffling: unbiased towards columns of many values, and measured on rows of the caller's
 * choice (those of a test part say what the model has learned, those of training what it has memorised). Columns that stand
 * for each other hide each other.
 *
 * Cost: repeats · columns predictions of all rows.
 *
 * @param loss  of raw outputs `[output][row]`, smaller is better
 * @see Breiman 2001, section 10; Fisher, Rudin, Dominici 2019
 */
export function permutationImportance(
  model: FittedModel,
  matrix: FeatureMatrix,
  loss: (raw: readonly Float64Array[]) => number,
  { repeats = 5, seed = 0 }: PermutationOptions = {},
): PermutationImportance {
  const start = loss(predictRaw(model, matrix));
  const columnCount = matrix.columns.length;
  const increaseByColumn = new Float64Array(columnCount);
  const deviationByColumn = new Float64Array(columnCount);
  const random = createRandom(seed);
  for (let column = 0; column < columnCount; column++) {
    // A column that no split reads cannot change an answer, and is not worth the predictions.
    if (!isRead(model, column)) continue;
    const increases = Array.from({ length: repeats }, (_, repeat) => {
      const shuffled = shuffle(matrix.columns[column], random.fork(column * repeats + repeat));
      const columns = matrix.columns.with(column, shuffled);
      return loss(predictRaw(model, { ...matrix, columns })) - start;
    });
    const mean = increases.reduce((sum, increase) => sum + increase, 0) / repeats;
    const squares = increases.reduce((sum, increase) => sum + (increase - mean) * (increase - mean), 0);
    increaseByColumn[column] = mean;
    deviationByColumn[column] = repeats > 1 ? Math.sqrt(squares / (repeats - 1)) : 0;
  }
  return { increaseByColumn, deviationByColumn, loss: start };
}

function isRead({ trees, linear }: FittedModel, column: number): boolean {
  return linear !== null || trees.featureByNode.includes(column);
}

/** @see Durstenfeld 1964 */
function shuffle(values: Float64Array, random: Random): Float64Array {
  const shuffled = values.slice();
  for (let place = shuffled.length - 1; place > 0; place--) {
    const other = random.integer(place + 1);
    const value = shuffled[place];
    shuffled[place] = shuffled[other];
    shuffled[other] = value;
  }
  return shuffled;
}
