import type { ColumnSchema } from "@atalaya/learn";
import type { Row, ScoringModel } from "../models/scoring-model.js";
import type { Goal } from "./goal.js";
import type { Prediction } from "./prediction.js";

type Cell = Row[string];

export interface Change {
  readonly column: string;
  readonly from: Cell;
  readonly to: Cell;
}

/** What would have to be otherwise. */
export interface Counterfactual {
  /** The largest part of the distance first. */
  readonly changes: readonly Change[];
  /** What the model answers then. */
  readonly prediction: Prediction;
  /** Sum over the changes: for a number its share of the middle 80 % of the training rows, for anything else 1. */
  readonly distance: number;
}

export interface CounterfactualOptions {
  /** Columns that may change; null: all. */
  readonly columns: readonly string[] | null;
  readonly mostChanges: number;
}

interface Candidate {
  readonly changes: ReadonlyMap<string, Cell>;
  readonly distance: number;
  readonly gap: number;
}

const MOST_LEVELS = 40;
/** Unfinished candidates that are carried on with one more change. */
const BEAM = 8;
const BISECTIONS = 16;

/**
 * The smallest change of a row, of one column or of few, with which the model's answer reaches a goal: values that training
 * rows have are tried, those that reach it are moved back towards the row as far as it holds. Every answer does reach the goal;
 * that no smaller change exists is not proved. null: none was found.
 *
 * Cost: at most `mostChanges · 8 · columns · 101` predictions.
 */
export function smallestChange(
  scoring: ScoringModel,
  row: Row,
  goal: Goal,
  options: CounterfactualOptions,
): Counterfactual | null {
  const search = new Search(scoring, row, goal);
  const columns = scoring.inputs.filter(({ name }) => options.columns?.includes(name) ?? true);
  const values = new Map(columns.map((column) => [column.name, valuesOf(column, scoring)]));
  let open: readonly Candidate[] = [{ changes: new Map(), distance: 0, gap: Number.POSITIVE_INFINITY }];
  for (let count = 1; count <= options.mostChanges; count++) {
    const tried = search.judge(open.flatMap(({ changes }) => extensions(changes, values, row)));
    const reached = tried.filter(({ gap }) => gap <= 0).sort((one, other) => one.distance - other.distance);
    if (reached.length > 0) {
      // The nearest of several ways, as moving back changes which one that is.
      const refined = reached.slice(0, BEAM).map((candidate) => search.refine(candidate));
      return search.answer(refined.reduce((best, other) => (other.distance < best.distance ? other : best)));
    }
    open = [...tried].sort((one, other) => one.gap - other.gap).slice(0, BEAM);
  }
  return null;
}

function extensions(
  changes: ReadonlyMap<string, Cell>,
  values: ReadonlyMap<string, readonly Cell[]>,
  row: Row,
): ReadonlyMap<string, Cell>[] {
  return [...values].flatMap(([column, cells]) =>
    changes.has(column)
      ? []
      : cells.filter((cell) => cell !== (row[column] ?? null)).map((cell) => new Map([...changes, [column, cell]])),
  );
}

/** Values that training rows have: quantiles of numbers, the most frequent levels. */
function valuesOf(
  { name, type, levels, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: ColumnSchema,
  { reference }: ScoringModel,
): readonly Cell[] {
  if (type === "boolean") return [true, false];
  const sketch = reference.find((known) => known.name === name);
  if (type === "number" || type === "integer") {
    const quantiles = sketch?.kind === "number" ? sketch.quantiles : [];
    const whole = type === "integer" ? quantiles.map(Math.round) : quantiles;
    return [...new Set(whole)].filter((value) => value >= min && value <= max);
  }
  if (type === "time") return [];
  if (levels !== undefined) return levels.slice(0, MOST_LEVELS);
  return sketch?.kind === "category" ? sketch.levels.slice(0, MOST_LEVELS).map(({ level }) => level) : [];
}

class Search {
  readonly #scoring: ScoringModel;
  readonly #row: Row;
  readonly #goal: Goal;
  readonly #scaleByColumn: ReadonlyMap<string, number>;

  constructor(scoring: ScoringModel, row: Row, goal: Goal) {
    this.#scoring = scoring;
    this.#row = row;
    this.#goal = goal;
    this.#scaleByColumn = new Map(
      scoring.reference.flatMap((sketch) => (sketch.kind === "number" ? [[sketch.name, spread(sketch.quantiles)]] : [])),
    );
  }

  judge(all: readonly ReadonlyMap<string, Cell>[]): Candidate[] {
    const { frame, problems } = this.#scoring.read(all.map((changes) => this.#changed(changes)));
    // Values of training rows are good requests; a model that refuses its own has no change to offer.
    if (problems.length > 0) return [];
    return this.#scoring.predict(frame).map((prediction, at) => {
      const changes = all[at]!;
      return { changes, distance: this.#distance(changes), gap: this.#goal.gap(prediction) };
    });
  }

  /** Moves every number back towards the row, and takes back what is not needed. */
  refine(candidate: Candidate): Candidate {
    let best = candidate;
    for (const column of candidate.changes.keys()) {
      const without = new Map(best.changes);
      without.delete(column);
      const [less] = without.size === 0 ? [] : this.judge([without]);
      if (less !== undefined && less.gap <= 0) best = less;
      else best = this.#moveBack(best, column);
    }
    return best;
  }

  answer({ changes, distance }: Candidate): Counterfactual | null {
    const { frame } = this.#scoring.read([this.#changed(changes)]);
    const [prediction] = this.#scoring.predict(frame);
    if (prediction === undefined) return null;
    const told = Array.from(changes, ([column, to]) => ({ column, from: this.#row[column] ?? null, to }));
    const size = ({ column, to }: Change) => this.#distance(new Map([[column, to]]));
    return { changes: told.sort((one, other) => size(other) - size(one)), prediction, distance };
  }

  #moveBack(candidate: Candidate, column: string): Candidate {
    const from = this.#row[column];
    const to = candidate.changes.get(column);
    if (typeof from !== "number" || typeof to !== "number") return candidate;
    const isWhole = this.#scoring.inputs.find(({ name }) => name === column)?.type === "integer";
    let best = candidate;
    let [near, far] = [from, to];
    for (let step = 0; step < BISECTIONS; step++) {
      const middle = isWhole ? Math.round((near + far) / 2) : (near + far) / 2;
      if (middle === near || middle === far) break;
      const [tried] = this.judge([new Map(best.changes).set(column, middle)]);
      if (tried !== undefined && tried.gap <= 0) {
        best = tried;
        far = middle;
      } else near = middle;
    }
    return best;
  }

  #changed(changes: ReadonlyMap<string, Cell>): Row {
    return Object.fromEntries([...Object.entries(this.#row), ...changes]);
  }

  #distance(changes: ReadonlyMap<string, Cell>): number {
    let sum = 0;
    for (const [column, to] of changes) {
      const from = this.#row[column];
      sum +=
        typeof from === "number" && typeof to === "number" ? Math.abs(to - from) / (this.#scaleByColumn.get(column) ?? 1) : 1;
    }
    return sum;
  }
}

/** Width of the middle 80 %; of a column that hardly varies that of all. */
function spread(quantiles: readonly number[]): number {
  const at = (share: number) => quantiles[Math.round(share * (quantiles.length - 1))] ?? 0;
  return at(0.9) - at(0.1) || at(1) - at(0) || 1;
}
