import type { Calibration, IsotonicCurve, OutputSpace } from "../../model/model.js";
import type { GraphWriter, ValueName } from "./graph.js";

/** Calibrated probabilities, float64 [rows, classes], as `calibratedProbability` makes them of raw outputs [rows, outputs]. */
export function calibrationNodes(
  graph: GraphWriter,
  calibration: Calibration,
  { space, outputCount }: { readonly space: OutputSpace; readonly outputCount: number },
  raw: ValueName,
): ValueName {
  const isPair = space === "probability" && outputCount === 2;
  const places = isPair ? [1] : Array.from({ length: outputCount }, (_, output) => output);
  const scores = places.map((place) => columnNodes(graph, raw, place));
  const one = graph.number(1);
  if (calibration.kind === "platt") {
    const linear = scores.map((score, place) => {
      const { slope, intercept } = calibration.byClass[place];
      return graph.add("Add", [graph.add("Mul", [score, graph.number(slope)]), graph.number(intercept)]);
    });
    if (linear.length > 1)
      return shares(
        graph,
        linear.map((score) => sigmoidNodes(graph, score)),
      );
    return graph.add("Concat", [sigmoidNodes(graph, graph.add("Neg", linear)), sigmoidNodes(graph, linear[0])], { axis: 1 });
  }
  const curves = scores.map((score, place) => isotonicNodes(graph, calibration.byClass[place], score));
  if (curves.length > 1) return shares(graph, curves);
  return graph.add("Concat", [graph.add("Sub", [one, curves[0]]), curves[0]], { axis: 1 });
}

export function sigmoidNodes(graph: GraphWriter, odds: ValueName): ValueName {
  const one = graph.number(1);
  return graph.add("Div", [one, graph.add("Add", [one, graph.add("Exp", [graph.add("Neg", [odds])])])]);
}

export function columnNodes(graph: GraphWriter, matrix: ValueName, column: number): ValueName {
  return graph.add("Gather", [matrix, graph.constant({ type: "int64", shape: [1], values: [column] })], { axis: 1 });
}

/** Each divided by the sum of the row; equal ones where that is 0. */
function shares(graph: GraphWriter, columns: readonly ValueName[]): ValueName {
  const all = graph.add("Concat", columns, { axis: 1 });
  const sum = graph.add("ReduceSum", [all, graph.constant({ type: "int64", shape: [1], values: [1] })], { keepdims: 1 });
  const isNothing = graph.add("LessOrEqual", [sum, graph.number(0)]);
  return graph.add("Where", [isNothing, graph.number(1 / columns.length), graph.add("Div", [all, sum])]);
}

/** On the line between the two points around the score, or at the nearest end. */
function isotonicNodes(graph: GraphWriter, { score, probability }: IsotonicCurve, value: ValueName): ValueName {
  const points = score.length;
  const whole = (values: readonly number[], shape: readonly number[]) => graph.constant({ type: "int64", shape, values });
  const table = (values: readonly number[]) => graph.constant({ type: "double", shape: [values.length], values });
  const all = graph.constant({ type: "double", shape: [1, points], values: score });
  const passed = graph.add("Cast", [graph.add("LessOrEqual", [all, value])], { to: 7 });
  const count = graph.add("ReduceSum", [passed, whole([1], [1])], { keepdims: 1 });
  // Entry k of these tables belongs to a score with k points at or below it.
  const below = (values: readonly number[]) => graph.add("Gather", [table([values[0], ...values]), count], { axis: 0 });
  const above = (values: readonly number[]) => graph.add("Gather", [table([...values, values[points - 1]]), count], { axis: 0 });
  const [lowScore, lowProbability] = [below(score), below(probability)];
  const width = graph.add("Sub", [above(score), lowScore]);
  const rise = graph.add("Sub", [above(probability), lowProbability]);
  const isFlat = graph.add("LessOrEqual", [width, graph.number(0)]);
  const share = graph.add("Div", [graph.add("Sub", [value, lowScore]), width]);
  const between = graph.add("Add", [lowProbability, graph.add("Mul", [rise, share])]);
  return graph.add("Where", [isFlat, lowProbability, between]);
}
