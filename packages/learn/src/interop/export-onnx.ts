import type { ModelBundle } from "../bundle/bundle.js";
import { errors } from "../errors.js";
import type { FittedEncoder, FittedFeatures } from "../features/feature-plan.js";
import { averagePathLength } from "../isolation-forest/path-length.js";
import type { FittedModel } from "../model/model.js";
import { columnKindOf } from "../schema/column-kind.js";
import type { ColumnSchema } from "../schema/column-schema.js";
import { calibrationNodes, columnNodes, sigmoidNodes } from "./onnx/calibration-nodes.js";
import { type GraphColumn, lookUpLevel } from "./onnx/columns.js";
import { ExpressionNodes, expm1Nodes, MILLISECONDS_PER_DAY } from "./onnx/expression-nodes.js";
import { ELEMENT, GraphWriter, type ValueName } from "./onnx/graph.js";
import { addTrees } from "./onnx/tree-nodes.js";

/**
 * A model with its feature graph, calibration and decision threshold as an ONNX file (opset 17, ai.onnx.ml 3, IR 8),
 * computed in float64 throughout.
 *
 * Inputs are the columns of a request, each [rows, 1]: numbers and whole numbers as float64 with NaN for missing, booleans
 * as 0, 1 and NaN, times as milliseconds since 1970, categories and texts as strings of which "" is missing (a level that is
 * itself empty cannot be told apart). All are needed. Outputs: `value` [rows, 1], with `lower` and `upper` where the bundle
 * has an interval; or `label` [rows] and `probability` [rows, classes]; or `score` and `alert` [rows, 1]. An output whose
 * name a column has gets a `_` behind it. Cost: O(nodes + levels).
 *
 * @throws LEARN_EXPORT_UNSUPPORTED for a model without inputs
 * @see tools/interop.mjs, which runs it in onnxruntime
 */
export function exportOnnx(bundle: ModelBundle): Uint8Array {
  const { features, model } = bundle;
  const [first] = features.inputs;
  if (first === undefined) throw errors.EXPORT_UNSUPPORTED({ format: "ONNX", what: "no input column" });
  const graph = new GraphWriter();
  const raw = addModel(graph, model, addFeatures(graph, features), codeCounts(features));
  addAnswer(graph, bundle, raw);
  return graph.finish(bundle.pipeline, {
    pipeline: bundle.pipeline,
    task: bundle.task,
    space: model.space,
    target: bundle.target?.name ?? "",
    unit: bundle.target?.unit ?? "",
    classes: JSON.stringify(model.classes ?? []),
    columns: JSON.stringify(features.columnNames),
  });
}

const TYPE_WORDS = {
  number: "a number, NaN where missing",
  boolean: "1 true, 0 false, NaN missing",
  time: "milliseconds since 1970-01-01T00:00:00Z, NaN where missing",
  category: 'a text, "" where missing',
} as const;

function addInput(graph: GraphWriter, { name, type, unit, description }: ColumnSchema): GraphColumn {
  const kind = columnKindOf(type);
  const words = [description, TYPE_WORDS[kind], unit].filter((part) => part !== undefined).join("; ");
  if (kind === "category") return { kind: "text", value: graph.input(name, "string", words) };
  return { kind, value: graph.input(name, "double", words) };
}

/** The matrix of the model, float64 [rows, columns]. */
function addFeatures(graph: GraphWriter, { inputs, derived, features }: FittedFeatures): ValueName {
  const columns = new Map(inputs.map((column) => [column.name, addInput(graph, column)]));
  const nodes = new ExpressionNodes(graph, columns);
  const all = new Map(columns);
  for (const { name, expression } of derived) all.set(name, nodes.column(expression));
  const [anyInput] = columns.values();
  const encoded = features.flatMap(({ name, encoder }) => {
    const column = all.get(name);
    if (column === undefined || anyInput === undefined) throw new TypeError(`there is no ${name}, which readFeatures rules out`);
    return encode(graph, column, encoder).map((value) => asTallAs(graph, value, anyInput.value));
  });
  return encoded.length === 0 ? emptyMatrix(graph, anyInput?.value ?? "") : graph.add("Concat", encoded, { axis: 1 });
}

/** A derived constant has one row; the matrix needs one for each. */
function asTallAs(graph: GraphWriter, value: ValueName, column: ValueName): ValueName {
  return graph.add("Expand", [value, graph.add("Shape", [column])]);
}

function emptyMatrix(graph: GraphWriter, column: ValueName): ValueName {
  const none = graph.constant({ type: "int64", shape: [2], values: [1, 0] });
  const shape = graph.add("Mul", [graph.add("Shape", [column]), none]);
  return graph.add("ConstantOfShape", [shape], { value: { type: "double", shape: [1], values: [0] } });
}

function encode(graph: GraphWriter, column: GraphColumn, encoder: FittedEncoder): ValueName[] {
  switch (encoder.kind) {
    case "number":
      return [column.kind === "time" ? graph.add("Div", [column.value, graph.number(MILLISECONDS_PER_DAY)]) : column.value];
    case "levels": {
      const values = encoder.levels.map((_, code) => code);
      return [lookUpLevel(graph, column, { levels: encoder.levels, values, unseen: Number.NaN, missing: Number.NaN })];
    }
    case "targetMean":
      return encoder.values.map((values, output) =>
        lookUpLevel(graph, column, {
          levels: encoder.levels,
          values,
          unseen: encoder.fallback[output],
          missing: encoder.missing[output],
        }),
      );
    case "frequency": {
      const { levels, values, fallback } = encoder;
      return [lookUpLevel(graph, column, { levels, values, unseen: fallback, missing: Number.NaN })];
    }
  }
}

function codeCounts({ features }: FittedFeatures): (number | null)[] {
  return features.flatMap(({ encoder, width }) =>
    encoder.kind === "levels" ? [encoder.levels.length] : Array.from({ length: width }, () => null),
  );
}

/** Raw outputs, float64 [rows, outputs]. */
function addModel(
  graph: GraphWriter,
  { trees, linear }: FittedModel,
  matrix: ValueName,
  counts: readonly (number | null)[],
): ValueName {
  const { outputCount, featureCount, baseByOutput } = trees;
  const row = (values: ArrayLike<number>) => graph.constant({ type: "double", shape: [1, values.length], values });
  const parts = [row(baseByOutput)];
  if (linear !== null) {
    const filled = graph.add("Where", [graph.add("IsNaN", [matrix]), row(linear.fill), matrix]);
    const values = Array.from(
      { length: featureCount * outputCount },
      (_, place) =>
        // ONNX multiplies by [columns, outputs].
        linear.weights[(place % outputCount) * featureCount + Math.floor(place / outputCount)],
    );
    const weights = graph.constant({ type: "double", shape: [featureCount, outputCount], values });
    parts.push(graph.add("MatMul", [filled, weights]));
  }
  if (trees.rootByTree.length > 0) parts.push(addTrees(graph, trees, matrix, counts));
  if (parts.length === 1) {
    const zeros = graph.constant({
      type: "double",
      shape: [featureCount, outputCount],
      values: new Float64Array(featureCount * outputCount),
    });
    const finite = graph.add("Where", [graph.add("IsNaN", [matrix]), graph.number(0), matrix]);
    parts.push(graph.add("MatMul", [finite, zeros]));
  }
  return parts.reduce((sum, part) => graph.add("Add", [sum, part]));
}

/** The outputs of the model, as `outputsOf` makes them of raw ones. */
function addAnswer(graph: GraphWriter, bundle: ModelBundle, raw: ValueName): void {
  const { model, interval, calibration } = bundle;
  const { space, isolation } = model;
  if (calibration !== undefined) {
    const { outputCount } = model.trees;
    addClasses(graph, bundle, calibrationNodes(graph, calibration, { space, outputCount }, raw));
    return;
  }
  switch (space) {
    case "value":
    case "exp":
    case "log1p": {
      const value = space === "value" ? raw : space === "exp" ? graph.add("Exp", [raw]) : expm1Nodes(graph, raw);
      graph.output("value", value, "double", ["rows", 1]);
      if (interval === undefined) return;
      graph.output("lower", graph.add("Add", [value, graph.number(interval.below)]), "double", ["rows", 1]);
      graph.output("upper", graph.add("Add", [value, graph.number(interval.above)]), "double", ["rows", 1]);
      return;
    }
    case "logOdds": {
      const both = [sigmoidNodes(graph, graph.add("Neg", [raw])), sigmoidNodes(graph, raw)];
      addClasses(graph, bundle, graph.add("Concat", both, { axis: 1 }));
      return;
    }
    case "softmax":
      addClasses(graph, bundle, graph.add("Softmax", [raw], { axis: 1 }));
      return;
    case "probability":
      addClasses(graph, bundle, raw);
      return;
    case "pathLength": {
      const { rowsPerTree, alertThreshold } = isolation ?? { rowsPerTree: 2, alertThreshold: 1 };
      const scale = graph.number(-Math.LN2 / averagePathLength(rowsPerTree));
      const score = graph.add("Exp", [graph.add("Mul", [raw, scale])]);
      graph.output("score", score, "double", ["rows", 1]);
      graph.output("alert", graph.add("GreaterOrEqual", [score, graph.number(alertThreshold)]), "bool", ["rows", 1]);
    }
  }
}

function addClasses(graph: GraphWriter, { model, decisionThreshold }: ModelBundle, probability: ValueName): void {
  const classes = model.classes ?? [];
  const labels = graph.constant({ type: "string", shape: [classes.length], values: classes });
  let code = graph.add("ArgMax", [probability], { axis: 1, keepdims: 0 });
  if (decisionThreshold !== undefined) {
    const threshold = graph.number(decisionThreshold);
    const isSecond = graph.add("GreaterOrEqual", [columnNodes(graph, probability, 1), threshold]);
    const flat = graph.constant({ type: "int64", shape: [1], values: [-1] });
    code = graph.add("Reshape", [graph.add("Cast", [isSecond], { to: ELEMENT.int64 }), flat]);
  }
  graph.output("label", graph.add("Gather", [labels, code], { axis: 0 }), "string", ["rows"]);
  graph.output("probability", probability, "double", ["rows", classes.length]);
}
