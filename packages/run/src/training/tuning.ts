import { type PipelineDefinition, toFeaturePlan } from "@atalaya/define";
import {
  type FeatureMatrix,
  type FittedModel,
  type Fold,
  fitFeatures,
  type LearnerSpecification,
  measure,
  predictRaw,
  selectRows,
  type Target,
  transformFeatures,
} from "@atalaya/learn";
import type { FitPool } from "@atalaya/learn/threads";
import { evidenceOf } from "./evidence.js";
import { scaleOf } from "./fit-rows.js";
import { objectives } from "./objectives.js";
import { readTarget, selectTarget } from "./target.js";
import { type Trial, type TrialOutcome, withinBudget } from "./trials.js";
import type { TuningRows } from "./tuning-rows.js";

/** Rounds without improvement on the validation part after which boosting stops. */
const EARLY_STOPPING_ROUNDS = 30;

/** What every trial of a run reads: matrices of the rows to fit on and of those to judge by. */
interface TuningData {
  readonly matrix: FeatureMatrix;
  readonly target: Target;
  readonly validation: { readonly matrix: FeatureMatrix; readonly target: Target };
}

type Scores = Readonly<Record<string, number | null>>;

/** The trials of one run in one process; the matrices are made at the first trial and shared by all. */
export class Tuning {
  readonly #dataByScale = new Map<string, readonly TuningData[]>();

  constructor(
    readonly definition: PipelineDefinition,
    readonly rows: TuningRows,
    readonly pool: FitPool,
  ) {}

  /**
   * Fits one trial and measures it on the validation part, or on each fold: its scores are the means then. A learner that
   * cannot fit these parameters is an outcome.
   */
  async try(trial: Trial, onProgress?: (done: number, total: number) => void): Promise<TrialOutcome> {
    const started = performance.now();
    const { specification, index, budget } = trial;
    // The same objects for every trial: the threads share one copy of them.
    const folds = this.#data(specification);
    const scores: Scores[] = [];
    let rounds = 0;
    for (const [fold, data] of folds.entries()) {
      const model = await this.pool.fit(withinBudget(trial), data, {
        seed: this.definition.train.seed,
        earlyStoppingRounds: EARLY_STOPPING_ROUNDS,
        onProgress: (done, total) => onProgress?.(fold * total + done, folds.length * total),
      });
      scores.push(this.#measure(model, data.validation));
      rounds += model.trees.rootByTree.length / model.trees.outputCount;
    }
    return {
      index,
      specification,
      budget,
      scores: meanScores(scores),
      ...(folds.length === 1 ? {} : { scoresByFold: scores }),
      bestRound: specification.learner === "gradientBoosting" ? Math.round(rounds / folds.length) : null,
      seconds: (performance.now() - started) / 1_000,
      failed: null,
    };
  }

  #measure(model: FittedModel, { matrix, target }: TuningData["validation"]): Scores {
    const evidence = evidenceOf({ model }, predictRaw(model, matrix), target);
    const measurements = measure(objectives(this.definition), evidence);
    return Object.fromEntries(
      Object.entries(measurements).map(([name, measured]) => [name, "value" in measured ? measured.value : null]),
    );
  }

  #data(specification: LearnerSpecification): readonly TuningData[] {
    const fitOn = scaleOf(specification);
    const known = this.#dataByScale.get(fitOn);
    if (known !== undefined) return known;
    const target = readTarget(this.definition, this.rows.frame)!;
    const data = this.rows.folds.map((fold) => this.#dataOfFold(fold, target, fitOn));
    this.#dataByScale.set(fitOn, data);
    return data;
  }

  /** What features learn, they learn of the rows that are fitted alone. */
  #dataOfFold({ train, test }: Fold, target: Target, fitOn: "value" | "log1p"): TuningData {
    const { frame } = this.rows;
    const fitTarget = selectTarget(target, train);
    const { fitted, trainingMatrix } = fitFeatures(toFeaturePlan(this.definition), selectRows(frame, train), fitTarget, {
      seed: this.definition.train.seed,
      fitOn,
    });
    const validation = {
      matrix: transformFeatures(fitted, selectRows(frame, test)),
      target: selectTarget(target, test),
    };
    return { matrix: trainingMatrix, target: fitTarget, validation };
  }
}

/** The mean of each metric; null where a fold could not be measured: trials would not be judged by the same rows. */
function meanScores(scores: readonly Scores[]): Scores {
  const [first = {}] = scores;
  return Object.fromEntries(
    Object.keys(first).map((name) => {
      const own = scores.map((fold) => fold[name] ?? null);
      return [name, own.includes(null) ? null : own.reduce<number>((sum, score) => sum + (score ?? 0), 0) / own.length];
    }),
  );
}
