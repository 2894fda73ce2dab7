import {
  buildBundle,
  type ColumnSchema,
  columnKindOf,
  type FittedEncoder,
  type Frame,
  type ImportedModel,
  type ModelBundle,
  makeReplay,
  rowsToFrame,
} from "@atalaya/learn";
import { errors } from "../errors.js";
import { sampleRows } from "./sample-rows.js";
import type { DeclaredColumn, DeclaredSignature } from "./signature.js";

export interface TreeBundleParts {
  readonly pipeline: string;
  readonly trees: ImportedModel;
  /** Null: the model says enough by itself. */
  readonly signature: DeclaredSignature | null;
  /** Rows as the model's users have them: what drift is measured against, and what serving replays. None: only the replay, of rows that are made up. */
  readonly rows: Frame | null;
  /** For errors. */
  readonly origin: string;
}

/**
 * Trees of another library as a bundle: its columns are the inputs, in the order of the model.
 *
 * @throws MLFLOW_IMPORT_UNSUPPORTED when the signature does not name the columns, or a category's codes have no names
 */
export function treeBundle({ pipeline, trees, signature, rows, origin }: TreeBundleParts): ModelBundle {
  const columns = columnsOf(trees, signature, origin);
  const features = {
    inputs: columns.map(({ schema }) => schema),
    derived: [],
    features: columns.map(({ schema, encoder }, column) => ({ name: schema.name, encoder, column, width: 1 })),
    columnNames: columns.map(({ schema }) => schema.name),
  };
  const model = { ...trees.model, classes: classesOf(trees, signature, origin) };
  const target = signature?.target ?? { name: "prediction", unit: null };
  if (rows !== null && rows.rowCount > 0) return buildBundle({ pipeline, target, features, model, trainingRows: rows });
  const { frame } = rowsToFrame(features.inputs, sampleRows(model.trees, features));
  const built = buildBundle({ pipeline, target, features, model, trainingRows: frame, replayRows: frame.rowCount });
  // Rows that were made up say nothing of the data.
  return { ...built, reference: [], replay: makeReplay(features, model, frame), trainingRows: 0 };
}

interface ModelColumn {
  readonly schema: ColumnSchema;
  readonly encoder: FittedEncoder;
}

function columnsOf(trees: ImportedModel, signature: DeclaredSignature | null, origin: string): ModelColumn[] {
  const { featureNames, categoryCounts, levels } = trees;
  const declared = signature?.inputs ?? [];
  if (declared.length > 0 && declared.length !== featureNames.length)
    throw errors.IMPORT_UNSUPPORTED({
      model: origin,
      because: `its signature has ${declared.length} columns and the model reads ${featureNames.length}`,
    });
  const byName = new Map(declared.map((column) => [column.name, column]));
  // A model that was fitted on an array calls its columns f0, f1, …: then the order counts.
  const isNamed = featureNames.every((name) => byName.has(name));
  return featureNames.map((name, place) => {
    const own = declared.length === 0 ? undefined : isNamed ? byName.get(name) : declared[place];
    const count = categoryCounts[place] ?? null;
    if (count === null) return numberColumn(own, name, origin);
    return categoryColumn(own, name, levels[place] ?? null, { count, origin });
  });
}

function numberColumn(declared: DeclaredColumn | undefined, name: string, origin: string): ModelColumn {
  const schema = schemaOf(declared ?? { name, type: "number", optional: true });
  if (columnKindOf(schema.type) === "category" || columnKindOf(schema.type) === "time")
    throw errors.IMPORT_UNSUPPORTED({
      model: origin,
      because: `the column ${schema.name} is a ${schema.type} in its signature and a number in the model`,
    });
  return { schema, encoder: { kind: "number" } };
}

function categoryColumn(
  declared: DeclaredColumn | undefined,
  name: string,
  known: readonly string[] | null,
  { count, origin }: { readonly count: number; readonly origin: string },
): ModelColumn {
  const levels = declared?.codes ?? known;
  if (levels === null || levels === undefined || levels.length < count)
    throw errors.IMPORT_UNSUPPORTED({
      model: origin,
      because: `the column ${declared?.name ?? name} is a category of ${count} codes, and the file does not say what they stand for; name them with "codes" in --signature`,
    });
  return {
    schema: { ...schemaOf(declared ?? { name, type: "category", optional: true }), type: "category" },
    encoder: { kind: "levels", levels },
  };
}

function schemaOf({ codes: _codes, ...column }: DeclaredColumn): ColumnSchema {
  return { ...column, from: [] };
}

function classesOf({ model }: ImportedModel, signature: DeclaredSignature | null, origin: string): readonly string[] | null {
  const names = signature?.classes ?? null;
  if (model.classes === null || names === null) return model.classes;
  if (names.length !== model.classes.length)
    throw errors.IMPORT_UNSUPPORTED({
      model: origin,
      because: `it has ${model.classes.length} classes and ${names.length} names for them`,
    });
  return names;
}
