import type { SplitDefinition } from "./definition.js";
import { errors } from "./errors.js";

/** A way to divide rows of this shape into train, validation and test. */
export interface Split<in Row> {
  readonly accepts: (row: Row) => void;
  readonly definition: SplitDefinition;
}

/** Shares of the rows (0–1); what remains is the training part. */
export interface Parts {
  readonly test: number;
  readonly validation?: number;
  readonly seed?: number;
}

function shares(parts: Parts): { test: number; validation: number } {
  const { test, validation = 0 } = parts;
  if (!(test > 0 && test < 1)) throw errors.BAD_SHARE({ what: "The test part", value: test });
  if (!(validation >= 0 && validation < 1)) throw errors.BAD_SHARE({ what: "The validation part", value: validation });
  if (test + validation >= 1) throw errors.BAD_SHARE({ what: "Test and validation together", value: test + validation });
  return { test, validation };
}

const accepts = (): void => {};

/** At random, row by row. A row keeps its part when others are appended. */
export function shuffled<Name extends string = never>(
  parts: Parts & { readonly stratify?: Name },
): Split<[Name] extends [never] ? unknown : Record<Name, unknown>> {
  return {
    accepts,
    definition: { kind: "shuffled", ...shares(parts), seed: parts.seed ?? 0, stratify: parts.stratify ?? null },
  };
}

/** The newest rows are the test part. */
export function byTime<Name extends string>(column: Name, parts: Omit<Parts, "seed">): Split<Record<Name, Date | null>> {
  return { accepts, definition: { kind: "byTime", column, ...shares(parts) } };
}

/** Rows with equal values in these columns stay on one side: no patient, house or customer is in train and test. */
export function byGroup<Name extends string>(
  columns: Name | readonly Name[],
  parts: Parts & { readonly stratify?: string },
): Split<Record<Name, unknown>> {
  return {
    accepts,
    definition: {
      kind: "byGroup",
      columns: typeof columns === "string" ? [columns] : columns,
      ...shares(parts),
      seed: parts.seed ?? 0,
      stratify: parts.stratify ?? null,
    },
  };
}

/** The data say it themselves: rows whose column holds one of these levels are test (or validation) rows. */
export function byLevel<Name extends string>(
  column: Name,
  parts: { readonly test: string | readonly string[]; readonly validation?: string | readonly string[] },
): Split<Record<Name, string | null>> {
  const list = (levels: string | readonly string[] = []): readonly string[] => (typeof levels === "string" ? [levels] : levels);
  return { accepts, definition: { kind: "byLevel", column, test: list(parts.test), validation: list(parts.validation) } };
}
