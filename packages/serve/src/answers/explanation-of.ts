import type { Answer, Frame, JsonCell, ModelBundle, RowExplanation } from "@atalaya/learn";
import { readJsonCell } from "@atalaya/learn/answering";
import type { AdditiveParts, Explanation, FeatureEffect } from "./explanation.js";

type RawOutput = RowExplanation["outputs"][number];

/** Where the values of one row's columns are. */
interface RowPlace {
  readonly frame: Frame;
  readonly row: number;
  /** False: only the features of the model are told of, not the columns of the request. */
  readonly hasColumns: boolean;
}

/**
 * The explanation of one answer. Of several outputs it is the one of the predicted class; of two boosted classes there is
 * only one, the log-odds of the second.
 */
export function explanationOf(bundle: ModelBundle, row: RowExplanation, answer: Answer, place: RowPlace): Explanation {
  const predicted = "label" in answer ? row.outputs.find((output) => output.class === answer.label) : undefined;
  const output = predicted ?? row.outputs[0]!;
  return {
    space: row.space,
    meaning: meaningOf(bundle, row.space, output.class),
    label: output.class,
    ...partsOf(output, place),
    onAnswerScale: onAnswerScale(bundle, row, output, place),
  };
}

function onAnswerScale(
  bundle: ModelBundle,
  row: RowExplanation,
  output: RawOutput,
  place: RowPlace,
): Explanation["onAnswerScale"] {
  if (row.onAnswerScale !== null) {
    const { scale } = row.onAnswerScale;
    const unit = scale === "value" ? (bundle.target?.unit ?? null) : null;
    return { scale, unit, ...partsOf(row.onAnswerScale, place) };
  }
  // A forest's outputs are probabilities already; those of boosted classes depend on each other.
  return row.space === "probability" ? { scale: "probability", unit: null, ...partsOf(output, place) } : null;
}

function partsOf(
  { base, output, effects, byInput }: Pick<RawOutput, "base" | "output" | "effects" | "byInput">,
  { frame, row, hasColumns }: RowPlace,
): AdditiveParts {
  if (!hasColumns) return { base, output, effects: strongestFirst(effects.slice()) };
  const columns = byInput.map(({ input, effect }) => ({ feature: input, value: cellOf(frame, input, row), effect }));
  return { base, output, effects: strongestFirst(effects.slice()), columns: strongestFirst(columns) };
}

function strongestFirst(effects: FeatureEffect[]): readonly FeatureEffect[] {
  return effects.sort((one, other) => Math.abs(other.effect) - Math.abs(one.effect));
}

function cellOf({ columns }: Frame, name: string, row: number): JsonCell {
  const column = columns.get(name);
  return column === undefined ? null : readJsonCell(column, row);
}

function meaningOf({ target }: ModelBundle, space: RowExplanation["space"], label: string | null): string {
  const name = target?.name ?? "the target";
  const inUnit = target?.unit == null ? name : `${name} in ${target.unit}`;
  switch (space) {
    case "value":
      return inUnit;
    case "exp":
      return `natural logarithm of ${inUnit}`;
    case "log1p":
      return `natural logarithm of (1 + ${inUnit})`;
    case "logOdds":
      return `log-odds that ${name} is ${label}`;
    case "softmax":
      return `score of ${label} before the softmax over all classes`;
    case "probability":
      return `probability that ${name} is ${label}`;
    case "pathLength":
      return "mean path length in the isolation trees: the shorter, the more unusual";
  }
}
