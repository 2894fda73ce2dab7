import {
  columnOf,
  type DriftBin,
  deriveColumns,
  type ModelBundle,
  populationStabilityIndex,
  type ReferenceSketch,
  rowsToFrame,
} from "@atalaya/learn";
import type { Store } from "@atalaya/store";

/** One column of the requests against the training part of the version that answers them. */
export interface ColumnDrift {
  readonly name: string;
  readonly kind: ReferenceSketch["kind"];
  /** True: a derived value, no column of the request. */
  readonly derived: boolean;
  /** Population stability index: under 0.1 stable, over 0.25 another distribution. */
  readonly psi: number;
  readonly bins: readonly DriftBin[];
  /** 101 quantiles of the training part; null for categories. */
  readonly quantiles: readonly number[] | null;
}

export interface RequestDrift {
  readonly version: number;
  readonly trainingRows: number;
  /** Request rows that were compared; too few say nothing. */
  readonly rows: number;
  readonly enough: boolean;
  /** The strongest shift first. */
  readonly columns: readonly ColumnDrift[];
}

const MOST_ROWS = 5_000;
const LEAST_ROWS = 100;

/** How the newest requests differ from what the live version was trained on. */
export async function requestDrift(store: Store, bundle: ModelBundle, pipeline: string, version: number): Promise<RequestDrift> {
  const { frame } = rowsToFrame(bundle.features.inputs, await newestRows(store, pipeline, version));
  return {
    version,
    trainingRows: bundle.trainingRows,
    rows: frame.rowCount,
    enough: frame.rowCount >= LEAST_ROWS,
    columns: compare(bundle, frame),
  };
}

async function newestRows({ database }: Store, pipeline: string, version: number): Promise<unknown[]> {
  const logged = await database
    .selectFrom("inferenceLogs")
    .select("inputs")
    .where("pipeline", "=", pipeline)
    .where("version", "=", version)
    .orderBy("at", "desc")
    .limit(MOST_ROWS)
    .execute();
  return logged.flatMap(({ inputs }) => (Array.isArray(inputs) ? (inputs as unknown[]) : [])).slice(0, MOST_ROWS);
}

function compare(bundle: ModelBundle, frame: Parameters<typeof deriveColumns>[1]): ColumnDrift[] {
  const values = deriveColumns(bundle.features, frame);
  const inputs = new Set(bundle.features.inputs.map(({ name }) => name));
  return bundle.reference
    .filter((sketch) => values.columns.has(sketch.name))
    .map((sketch) => {
      const { psi, bins } = populationStabilityIndex(sketch, columnOf(values, sketch.name));
      const quantiles = sketch.kind === "number" ? sketch.quantiles : null;
      return { name: sketch.name, kind: sketch.kind, derived: !inputs.has(sketch.name), psi, bins, quantiles };
    })
    .sort((one, other) => other.psi - one.psi);
}
