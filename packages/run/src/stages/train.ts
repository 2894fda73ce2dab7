import { type PipelineDefinition, toFeaturePlan } from "@atalaya/define";
import {
  type AnswerParts,
  answerOutputs,
  assembleBundle,
  encodeBundle,
  fitAnswerParts,
  type LearnerSpecification,
  type ModelBundle,
  makeReplay,
  PREDICTION,
  predictionColumn,
  type ReferenceSketch,
  sketchColumn,
  type Target,
} from "@atalaya/learn";
import type { ObjectReference } from "@atalaya/store";
import { loadRows, type RowsReference } from "../artifacts/row-objects.js";
import { errors } from "../errors.js";
import { RowStream } from "../rows/row-stream.js";
import { type FittedOnRows, fitOnRows } from "../training/fit-rows.js";
import { targetOf } from "../training/gather-target.js";
import { betterOf, objectives } from "../training/objectives.js";
import { rowsOfPart, TEST, TRAIN, VALIDATION } from "../training/parts.js";
import { sketchRows } from "../training/sketch-rows.js";
import { inputNames, predictStream } from "../training/stream-features.js";
import { selectTarget } from "../training/target.js";
import { bestTrial, type TrialOutcome } from "../training/trials.js";
import { Tuning } from "../training/tuning.js";
import { loadTuningRows, tuningNote } from "../training/tuning-rows.js";
import type { StepOutcome, StepReporter } from "../workflow/step-clock.js";
import { loadParts, type PartsOutcome } from "./split.js";
import type { StageContext } from "./stage.js";

export interface TrainOutcome extends StepOutcome {
  /** The bundle; its SHA-256 is the model's identity. */
  readonly bundle: ObjectReference;
  readonly specification: LearnerSpecification;
  readonly trainingRows: number;
  readonly seconds: number;
  /** What a reader of the model should know: that something saw a sample of the rows. Absent in outcomes of earlier releases. */
  readonly notes?: readonly string[];
}

/** Gives the trials of this run what they read; nothing is computed before the first trial needs it. */
export function openTuning(context: StageContext, rows: RowsReference, divided: PartsOutcome): () => Promise<Tuning> {
  let opened: Promise<Tuning> | null = null;
  return () => {
    opened ??= (async () => {
      const [stored, parts] = await Promise.all([loadRows(context, rows), loadParts(context, divided)]);
      const { definition, pool } = context;
      return new Tuning(definition, await loadTuningRows(definition, stored, parts), pool);
    })();
    return opened;
  };
}

/**
 * Fits the chosen parameters on the whole training part and writes the bundle. Rows are read block by block; the same rows,
 * parameters and seed give the same bytes, so a step that is done twice writes one object.
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
  const parted = await loadParted(context, rows, divided);
  const training = new RowStream(parted.rows.rows, rowsOfPart(parted.parts, TRAIN));
  if (training.rowCount === 0) throw errors.NO_TRAINING_ROWS({ pipeline: definition.name });
  // Before the fit, so that its memory and that of the sorting are not needed at once.
  const sketches = await sketchRows(toFeaturePlan(definition), training);
  const fit = await fitOnRows(
    definition,
    specification,
    { rows: training, target: parted.target && selectTarget(parted.target, training.positions!) },
    context.pool,
    (done, total) => report.progress(done, total, "trees"),
  );
  const tuned = outcomes.length === 0 ? null : tuningNote(definition, parted.parts);
  const notes = [tuned, fit.note].filter((note) => note !== null);
  for (const note of notes) report.note(note);
  const bundle = await bundleOf(context, { fit, training, parted, sketches });
  const reference = await context.store.objects.put(
    "models",
    { pipeline: definition.name, name: "bundle", extension: "atalaya" },
    encodeBundle(bundle),
  );
  const seconds = (performance.now() - started) / 1_000;
  return {
    bundle: reference,
    specification,
    trainingRows: fit.rowCount,
    seconds,
    notes,
    audit: {
      dataset: rows.dataset.sha256,
      rowsIn: training.rowCount,
      rowsOut: fit.rowCount,
      parameters: { learner: specification.learner, ...specification.parameters },
      metrics: { seconds, model: reference.sha256, ...(notes.length === 0 ? {} : { notes }) },
    },
    summary: `${describeSpecification(specification)} on ${fit.rowCount.toLocaleString("en-US")} rows`,
  };
}

/** The rows of a run with their parts, and what is to be predicted of each. */
interface PartedRows {
  readonly rows: RowStream;
  readonly parts: Uint8Array;
  readonly target: Target | null;
}

async function loadParted(context: StageContext, rows: RowsReference, divided: PartsOutcome): Promise<PartedRows> {
  const stored = await loadRows(context, rows);
  const parts = await loadParts(context, divided);
  return { rows: new RowStream(stored), parts, target: await targetOf(context.definition, stored) };
}

interface Fitted {
  readonly fit: FittedOnRows;
  readonly training: RowStream;
  readonly parted: PartedRows;
  readonly sketches: readonly ReferenceSketch[];
}

const REPLAY_ROWS = 100;

async function bundleOf(context: StageContext, { fit, training, parted, sketches }: Fitted): Promise<ModelBundle> {
  const { fitted: features, model, rowCount } = fit;
  const answerParts = await answerPartsOf(context.definition.answer, fit, parted);
  const replayed = await training.sample(REPLAY_ROWS).gather(inputNames(features));
  return assembleBundle({
    pipeline: context.definition.name,
    target: describeTarget(context),
    features,
    model,
    answerParts,
    reference: [...sketches, await sketchAnswers(fit, answerParts, answeredRows(parted, training))],
    replay: makeReplay(features, model, replayed, REPLAY_ROWS),
    trainingRows: rowCount,
  });
}

/** Calibration, interval and decision threshold, fitted on rows that the model has not learned from. */
async function answerPartsOf(
  options: PipelineDefinition["answer"],
  { fitted, model }: FittedOnRows,
  { rows, parts, target }: PartedRows,
): Promise<AnswerParts> {
  if (options === null || target === null) return {};
  const positions = rowsOfPart(parts, VALIDATION);
  const raw = await predictStream(model, fitted, rows.at(positions));
  return fitAnswerParts(model, raw, selectTarget(target, positions), options);
}

/**
 * A model answers its own training rows more surely than any others, which would look like drift in every batch: answers are
 * compared with those to the held-out rows, of which only the inputs are read here.
 */
function answeredRows({ rows, parts }: PartedRows, training: RowStream): RowStream {
  const heldOut = rowsOfPart(parts, TEST);
  return heldOut.length === 0 ? training : rows.at(heldOut);
}

async function sketchAnswers(
  { fitted, model }: FittedOnRows,
  answerParts: AnswerParts,
  rows: RowStream,
): Promise<ReferenceSketch> {
  const outputs = answerOutputs({ model, ...answerParts }, await predictStream(model, fitted, rows));
  return sketchColumn(PREDICTION, predictionColumn(outputs));
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
