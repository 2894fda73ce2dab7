import { type PipelineDefinition, toFeaturePlan } from "@atalaya/define";
import {
  type AnswerParts,
  answerOutputs,
  buildBundle,
  encodeBundle,
  type FittedFeatures,
  type FittedModel,
  type Frame,
  fitAnswerParts,
  fitFeatures,
  type LearnerSpecification,
  type ModelBundle,
  PREDICTION,
  predictionColumn,
  predictRaw,
  selectRows,
  sketchColumn,
  type Target,
  transformFeatures,
} from "@atalaya/learn";
import type { ObjectReference } from "@atalaya/store";
import { loadRows, type RowsReference } from "../artifacts/row-objects.js";
import { errors } from "../errors.js";
import { betterOf, objectives } from "../training/objectives.js";
import { rowsOfPart, TEST, TRAIN, VALIDATION } from "../training/parts.js";
import { readTarget, selectTarget } from "../training/target.js";
import { bestTrial, type TrialOutcome } from "../training/trials.js";
import { scaleOf, Tuning } from "../training/tuning.js";
import type { StepOutcome, StepReporter } from "../workflow/step-clock.js";
import { loadParts, type PartsOutcome } from "./split.js";
import type { StageContext } from "./stage.js";

export interface TrainOutcome extends StepOutcome {
  /** The bundle; its SHA-256 is the model's identity. */
  readonly bundle: ObjectReference;
  readonly specification: LearnerSpecification;
  readonly trainingRows: number;
  readonly seconds: number;
}

/** Gives the trials of this run what they read; nothing is computed before the first trial needs it. */
export function openTuning(context: StageContext, rows: RowsReference, divided: PartsOutcome): () => Promise<Tuning> {
  let opened: Promise<Tuning> | null = null;
  return () => {
    opened ??= (async () => {
      const [frame, parts] = await Promise.all([loadRows(context, rows), loadParts(context, divided)]);
      return new Tuning(context.definition, frame, parts, context.pool);
    })();
    return opened;
  };
}

/**
 * Fits the chosen parameters on the whole training part and writes the bundle. The same rows, parameters and seed give
 * the same bytes, so a step that is done twice writes one object.
 */
export async function train(
  context: StageContext,
  rows: RowsReference,
  divided: PartsOutcome,
  outcomes: readonly TrialOutcome[],
  report: StepReporter,
): Promise<TrainOutcome> {
  const started = performance.now();
  const { definition } = context;
  const specification = chooseSpecification(context, outcomes);
  const frame = await loadRows(context, rows);
  const positions = rowsOfPart(await loadParts(context, divided), TRAIN);
  if (positions.length === 0) throw errors.NO_TRAINING_ROWS({ pipeline: definition.name });
  const training = selectRows(frame, positions);
  const target = readTarget(definition, frame);
  const trainingTarget = target === null ? null : selectTarget(target, positions);
  const { fitted, trainingMatrix } = fitFeatures(toFeaturePlan(definition), training, trainingTarget, {
    seed: definition.train.seed,
    fitOn: scaleOf(specification),
  });
  const model = await context.pool.fit(
    specification,
    { matrix: trainingMatrix, target: trainingTarget },
    { seed: definition.train.seed, onProgress: (done, total) => report.progress(done, total, "trees") },
  );
  const heldOut = selectRows(frame, rowsOfPart(await loadParts(context, divided), TEST));
  const validation = rowsOfPart(await loadParts(context, divided), VALIDATION);
  const bundle = withHeldOutAnswers(
    buildBundle({
      pipeline: definition.name,
      target: describeTarget(context),
      features: fitted,
      model,
      answerParts: answerPartsOf(
        definition.answer,
        fitted,
        model,
        selectRows(frame, validation),
        target && selectTarget(target, validation),
      ),
      trainingRows: training,
    }),
    heldOut,
  );
  const reference = await context.store.objects.put(
    "models",
    { pipeline: definition.name, name: "bundle", extension: "atalaya" },
    encodeBundle(bundle),
  );
  const seconds = (performance.now() - started) / 1_000;
  return {
    bundle: reference,
    specification,
    trainingRows: training.rowCount,
    seconds,
    audit: {
      dataset: rows.dataset.sha256,
      rowsIn: training.rowCount,
      rowsOut: training.rowCount,
      parameters: { learner: specification.learner, ...specification.parameters },
      metrics: { seconds, model: reference.sha256 },
    },
    summary: `${describeSpecification(specification)} on ${training.rowCount.toLocaleString("en-US")} rows`,
  };
}

/** Calibration, interval and decision threshold, fitted on rows that the model has not learned from. */
function answerPartsOf(
  options: PipelineDefinition["answer"],
  features: FittedFeatures,
  model: FittedModel,
  validation: Frame,
  target: Target | null,
): AnswerParts {
  if (options === null || target === null) return {};
  return fitAnswerParts(model, predictRaw(model, transformFeatures(features, validation)), target, options);
}

/**
 * A model answers its own training rows more surely than any others, which would look like drift in every batch: answers are
 * compared with those to the held-out rows, of which only the inputs are read here.
 */
function withHeldOutAnswers(bundle: ModelBundle, heldOut: Frame): ModelBundle {
  if (heldOut.rowCount === 0) return bundle;
  const { model, features, reference } = bundle;
  const answers = predictionColumn(answerOutputs(bundle, predictRaw(model, transformFeatures(features, heldOut))));
  return {
    ...bundle,
    reference: [...reference.filter(({ name }) => name !== PREDICTION), sketchColumn(PREDICTION, answers)],
  };
}

/** The best trial with its number of rounds, or the only learner as it is declared. */
function chooseSpecification({ definition }: StageContext, outcomes: readonly TrialOutcome[]): LearnerSpecification {
  const [metric = ""] = objectives(definition);
  const best = bestTrial(outcomes, metric, betterOf(metric));
  if (best === null) {
    const only = definition.train.learners[0]!;
    return { learner: only.learner, parameters: only.parameters as LearnerSpecification["parameters"] };
  }
  const { specification, bestRound } = best;
  if (bestRound === null) return specification;
  return { ...specification, parameters: { ...specification.parameters, trees: Math.max(1, bestRound) } };
}

function describeTarget({ definition }: StageContext): ModelBundle["target"] {
  const name = definition.features.target;
  if (name === null) return null;
  return { name, unit: definition.dataset.columns.find((schema) => schema.name === name)?.unit ?? null };
}

const LEARNER_WORDS = {
  gradientBoosting: "gradient boosting",
  randomForest: "random forest",
  isolationForest: "isolation forest",
  linear: "linear model",
  dummy: "dummy",
} as const;

export function describeSpecification({ learner, parameters }: LearnerSpecification): string {
  const said = Object.entries(parameters).map(
    ([name, value]) => `${name} ${typeof value === "number" ? Number(value.toPrecision(3)) : String(value)}`,
  );
  return said.length === 0 ? LEARNER_WORDS[learner] : `${LEARNER_WORDS[learner]} (${said.join(", ")})`;
}
