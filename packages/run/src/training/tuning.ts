import { type PipelineDefinition, toFeaturePlan } from "@atalaya/define";
import {
  type FeatureMatrix,
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
import { rowsOfPart, TRAIN, VALIDATION } from "./parts.js";
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

/** The trials of one run in one process; the matrices are made at the first trial and shared by all. */
export class Tuning {
  readonly #dataByScale = new Map<string, TuningData>();

  constructor(
    readonly definition: PipelineDefinition,
    readonly rows: TuningRows,
    readonly pool: FitPool,
  ) {}

  /** Fits one trial and measures it on the validation part. A learner that cannot fit these parameters is an outcome. */
  async try(trial: Trial, onProgress?: (done: number, total: number) => void): Promise<TrialOutcome> {
    const started = performance.now();
    const { specification, index, budget } = trial;
    // The same object for every trial: the threads share one copy of it.
    const data = this.#data(specification);
    const { validation } = data;
    const model = await this.pool.fit(withinBudget(trial), data, {
      seed: this.definition.train.seed,
      earlyStoppingRounds: EARLY_STOPPING_ROUNDS,
      ...(onProgress ? { onProgress } : {}),
    });
    const evidence = evidenceOf({ model }, predictRaw(model, validation.matrix), validation.target);
    const measurements = measure(objectives(this.definition), evidence);
    const scores = Object.fromEntries(
      Object.entries(measurements).map(([name, measured]) => [name, "value" in measured ? measured.value : null]),
    );
    const rounds = model.trees.rootByTree.length / model.trees.outputCount;
    return {
      index,
      specification,
      budget,
      scores,
      bestRound: specification.learner === "gradientBoosting" ? rounds : null,
      seconds: (performance.now() - started) / 1_000,
      failed: null,
    };
  }

  #data(specification: LearnerSpecification): TuningData {
    const fitOn = scaleOf(specification);
    const known = this.#dataByScale.get(fitOn);
    if (known !== undefined) return known;
    const { frame, parts } = this.rows;
    const [fitRows, validationRows] = [rowsOfPart(parts, TRAIN), rowsOfPart(parts, VALIDATION)];
    const target = readTarget(this.definition, frame)!;
    const fitTarget = selectTarget(target, fitRows);
    const { fitted, trainingMatrix } = fitFeatures(toFeaturePlan(this.definition), selectRows(frame, fitRows), fitTarget, {
      seed: this.definition.train.seed,
      fitOn,
    });
    const data: TuningData = {
      matrix: trainingMatrix,
      target: fitTarget,
      validation: {
        matrix: transformFeatures(fitted, selectRows(frame, validationRows)),
        target: selectTarget(target, validationRows),
      },
    };
    this.#dataByScale.set(fitOn, data);
    return data;
  }
}
