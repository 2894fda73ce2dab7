import type { ColumnSchema, EncoderPlan } from "@atalaya/learn";
import { type Columns, type RowOf, toColumnSchemas } from "./columns.js";
import type { DatasetDefinition, FeatureDefinition } from "./definition.js";
import { errors } from "./errors.js";
import {
  type AnyExpression,
  BooleanExpression,
  CategoryExpression,
  NumberExpression,
  type References,
  TimeExpression,
} from "./expressions.js";
import { checkName } from "./names.js";
import type { Classification, Regression, Task, TaskFor } from "./tasks.js";

/** How a column becomes numbers; fitted on the training part only. */
export interface Encoder<in For extends Task> {
  readonly accepts: (task: For) => void;
  readonly plan: EncoderPlan;
}

const accepts = (): void => {};

/** Mean of the target by level, shrunk to the overall mean by `smoothing` rows; out-of-fold for the training rows. */
export function targetMean(options: { readonly smoothing?: number } = {}): Encoder<Regression | Classification<string>> {
  return { accepts, plan: { kind: "targetMean", smoothing: options.smoothing ?? 20 } };
}

/** Share of training rows with the level. */
export function frequency(): Encoder<Task> {
  return { accepts, plan: { kind: "frequency" } };
}

/** A number for each level, the most frequent first. */
export function ordinal(): Encoder<Task> {
  return { accepts, plan: { kind: "levels", levels: null } };
}

/**
 * The levels themselves: boosting and forests part them by sets, whatever their order. Rare levels, and those that training
 * did not see, count as missing. Needs no smoothing and hides nothing, where the levels are some hundreds at most.
 */
export function native(): Encoder<Regression | Classification<string>> {
  return { accepts, plan: { kind: "levels", levels: null, native: true } };
}

/** Everything the types remember about a model, carried as one parameter. */
export interface Shape {
  row: unknown;
  request: unknown;
  feature: string;
  task: Task;
}

export interface Features<Of extends Shape> {
  readonly shape?: (shape: Of) => Of;
  readonly definition: FeatureDefinition;
}

export interface FeatureSpecification<
  Row,
  Target extends keyof Row,
  Key extends keyof Row,
  Ignored extends keyof Row,
  Label extends keyof Row,
  Derived,
> {
  /** What the model predicts. Absent: anomaly scoring. */
  readonly target?: Target;
  /** Identity: usable to group a split, invisible to `derive` and to callers of the model. */
  readonly keys?: readonly Key[];
  /** Readable in `derive`, but not a feature itself. */
  readonly ignore?: readonly Ignored[];
  /** Anomalies only: labels that some rows have. Never a feature; evaluation uses them where they are. */
  readonly label?: { readonly column: Label; readonly normal: readonly string[] };
  /** Called once, with references to the columns; the expressions that it returns are stored in the model. */
  readonly derive?: (row: References<Omit<Row, Target | Key | Label>>) => Derived;
  /** Left out: numbers as they are, declared levels by their place, other categories by `targetMean` (anomalies: `frequency`). */
  readonly encode?: { readonly [Name in Exclude<keyof Row, Target | Key | Label>]?: Encoder<TaskFor<Row[Target]>> };
}

export interface Dataset<Row> {
  readonly row?: Row;
  readonly definition: DatasetDefinition;
  features<
    Target extends keyof Row = never,
    Key extends keyof Row = never,
    Ignored extends keyof Row = never,
    Label extends keyof Row = never,
    Derived extends Readonly<Record<string, AnyExpression>> = Record<never, never>,
  >(
    specification: FeatureSpecification<Row, Target, Key, Ignored, Label, Derived>,
  ): Features<{
    row: Row;
    request: Omit<Row, Target | Key | Label>;
    feature: Extract<Exclude<keyof Row, Target | Key | Ignored | Label> | keyof Derived, string>;
    task: TaskFor<Row[Target]>;
  }>;
}

/** A contract: the columns that every row has, and what may stand in them. @throws DEFINE_BAD_NAME, DEFINE_BAD_COLUMN */
export function dataset<const Of extends Columns>(name: string, columns: Of): Dataset<RowOf<Of>> {
  checkName("dataset", name);
  const definition: DatasetDefinition = { name, columns: toColumnSchemas(columns) };
  return {
    definition,
    features: (specification) => ({
      definition: toFeatureDefinition(definition, specification as unknown as PlainSpecification),
    }),
  };
}

/** The specification without the types that the front of the language has already checked. */
interface PlainSpecification {
  readonly target?: string;
  readonly keys?: readonly string[];
  readonly ignore?: readonly string[];
  readonly label?: { readonly column: string; readonly normal: readonly string[] };
  readonly derive?: (row: Readonly<Record<string, unknown>>) => Readonly<Record<string, AnyExpression>>;
  readonly encode?: Readonly<Record<string, Encoder<never> | undefined>>;
}

function toFeatureDefinition(data: DatasetDefinition, specification: PlainSpecification): FeatureDefinition {
  const { target = null, keys = [], ignore = [], label = null, derive, encode = {} } = specification;
  const byName = new Map(data.columns.map((schema) => [schema.name, schema]));
  for (const [where, names] of Object.entries({
    target: target === null ? [] : [target],
    keys,
    ignore,
    encode: Object.keys(encode),
  })) {
    for (const name of names) {
      if (!byName.has(name)) throw errors.UNKNOWN_COLUMN({ column: name, where: `\`${where}\``, known: [...byName.keys()] });
    }
  }
  const targetType = target === null ? "number" : byName.get(target)!.type;
  if (targetType === "text" || targetType === "time") throw errors.TARGET_TYPE({ column: target!, type: targetType });

  const hidden = new Set([...keys, ...(target === null ? [] : [target]), ...(label === null ? [] : [label.column])]);
  const readable = data.columns.filter((schema) => !hidden.has(schema.name));
  const derived =
    derive === undefined ? {} : derive(Object.fromEntries(readable.map((schema) => [schema.name, reference(schema)])));
  for (const name of Object.keys(derived)) {
    if (byName.has(name)) throw errors.DUPLICATE_NAME({ what: "columns or derived values", name });
  }
  for (const schema of readable) {
    const used = ignore.includes(schema.name) || encode[schema.name] !== undefined;
    if (schema.type === "text" && !used) throw errors.TEXT_FEATURE({ column: schema.name });
  }
  return {
    target,
    keys,
    ignore,
    label,
    derived: Object.entries(derived).map(([name, value]) => ({ name, expression: value.data })),
    encoders: Object.entries(encode).flatMap(([name, encoder]) =>
      encoder === undefined ? [] : [{ column: name, encoder: encoder.plan }],
    ),
  };
}

function reference(schema: ColumnSchema): unknown {
  const data = { op: "column", name: schema.name } as const;
  switch (schema.type) {
    case "number":
    case "integer":
      return new NumberExpression(data);
    case "boolean":
      return new BooleanExpression(data);
    case "time":
      return new TimeExpression(data);
    default:
      return new CategoryExpression<string>(data);
  }
}
