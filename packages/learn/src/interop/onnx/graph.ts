import { littleEndian, MessageWriter } from "./protobuf.js";

/** Types of elements, with ONNX's numbers for them. */
export const ELEMENT = { float: 1, int64: 7, string: 8, bool: 9, double: 11 } as const;
export type ElementType = keyof typeof ELEMENT;

/** Constant tensor of a graph. */
export type Tensor =
  | { readonly type: "double" | "int64"; readonly shape: readonly number[]; readonly values: ArrayLike<number> }
  | { readonly type: "string"; readonly shape: readonly number[]; readonly values: readonly string[] };

/** Value of an operator's attribute; a plain number is an integer. */
export type Attribute = number | string | readonly number[] | readonly string[] | Tensor;

/** Name of a value in the graph. */
export type ValueName = string & { readonly brand?: "onnx value" };

/** Of 2022, so that not only the newest onnxruntime loads the file. */
const OPSETS = { "": 17, "ai.onnx.ml": 3 } as const;
const IR_VERSION = 8;
const ATTRIBUTE_TYPE = { integer: 2, text: 3, tensor: 4, integers: 7, texts: 8 } as const;

/** Builds an ONNX graph operator by operator and writes it as a model file. */
export class GraphWriter {
  private readonly graph = new MessageWriter();
  private readonly names = new Set<string>();
  private readonly constants = new Map<string, ValueName>();
  private count = 0;

  /** A column of the request: [rows, 1]. */
  input(name: string, type: ElementType, description: string): ValueName {
    this.names.add(name);
    this.graph.message(11, valueInfo(name, type, ["rows", 1]).text(3, description));
    return name;
  }

  /** One operator with one output. */
  add(operator: string, inputs: readonly ValueName[], attributes: Readonly<Record<string, Attribute>> = {}): ValueName {
    const output = this.freshName(operator);
    this.addNode(operator, inputs, output, attributes);
    return output;
  }

  /** Names a value as an output of the model; the name is changed where an input has it. */
  output(name: string, value: ValueName, type: ElementType, shape: readonly (string | number)[]): string {
    let free = name;
    while (this.names.has(free)) free = `${free}_`;
    this.names.add(free);
    this.addNode("Identity", [value], free, {});
    this.graph.message(12, valueInfo(free, type, shape));
    return free;
  }

  /** A constant tensor; equal ones are kept once. */
  constant(tensor: Tensor): ValueName {
    const key = JSON.stringify([tensor.type, tensor.shape, Array.from(tensor.values, String)]);
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const name = this.freshName("constant");
    this.graph.message(5, tensorMessage(tensor, name));
    this.constants.set(key, name);
    return name;
  }

  /** A single float64 that goes with any shape. */
  number(value: number): ValueName {
    return this.constant({ type: "double", shape: [1, 1], values: [value] });
  }

  finish(name: string, metadata: Readonly<Record<string, string>>): Uint8Array {
    const model = new MessageWriter().integer(1, IR_VERSION).text(2, "atalaya");
    for (const [domain, version] of Object.entries(OPSETS))
      model.message(8, new MessageWriter().text(1, domain).integer(2, version));
    model.message(7, this.graph.text(2, name));
    for (const [key, value] of Object.entries(metadata)) model.message(14, new MessageWriter().text(1, key).text(2, value));
    return model.finish();
  }

  private freshName(what: string): ValueName {
    let name: string;
    do name = `${what}/${this.count++}`;
    while (this.names.has(name));
    this.names.add(name);
    return name;
  }

  private addNode(
    operator: string,
    inputs: readonly ValueName[],
    output: ValueName,
    attributes: Readonly<Record<string, Attribute>>,
  ): void {
    const isOfTrees = operator === "LabelEncoder" || operator === "TreeEnsembleRegressor";
    const node = new MessageWriter();
    for (const input of inputs) node.text(1, input);
    node.text(2, output).text(3, output).text(4, operator);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attributeMessage(name, value));
    this.graph.message(1, node.text(7, isOfTrees ? "ai.onnx.ml" : ""));
  }
}

function attributeMessage(name: string, value: Attribute): MessageWriter {
  const message = new MessageWriter().text(1, name);
  if (typeof value === "number") return message.integer(3, value).integer(20, ATTRIBUTE_TYPE.integer);
  if (typeof value === "string") return message.text(4, value).integer(20, ATTRIBUTE_TYPE.text);
  if (!isList(value)) return message.message(5, tensorMessage(value, name)).integer(20, ATTRIBUTE_TYPE.tensor);
  if (value.every((entry) => typeof entry === "number")) return message.integers(8, value).integer(20, ATTRIBUTE_TYPE.integers);
  for (const entry of value) message.text(9, String(entry));
  return message.integer(20, ATTRIBUTE_TYPE.texts);
}

function isList(value: readonly number[] | readonly string[] | Tensor): value is readonly number[] | readonly string[] {
  return Array.isArray(value);
}

function tensorMessage(tensor: Tensor, name: string): MessageWriter {
  const message = new MessageWriter().integers(1, tensor.shape).integer(2, ELEMENT[tensor.type]);
  if (tensor.type === "string") for (const text of tensor.values) message.text(6, text);
  message.text(8, name);
  if (tensor.type === "double") message.bytes(9, littleEndian(Float64Array.from(tensor.values)));
  if (tensor.type === "int64") message.bytes(9, littleEndian(BigInt64Array.from(Array.from(tensor.values, BigInt))));
  return message;
}

function valueInfo(name: string, type: ElementType, shape: readonly (string | number)[]): MessageWriter {
  const dimensions = new MessageWriter();
  for (const size of shape) {
    const dimension = typeof size === "number" ? new MessageWriter().integer(1, size) : new MessageWriter().text(2, size);
    dimensions.message(1, dimension);
  }
  const tensor = new MessageWriter().integer(1, ELEMENT[type]).message(2, dimensions);
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor));
}
