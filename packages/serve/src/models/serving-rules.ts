import {
  type AnswerFields,
  type ExplainFieldSource,
  explainFieldSources,
  NO_FIELDS,
  type PredictFieldSource,
  predictFieldSources,
} from "../answers/answer-fields.js";

/** What a pipeline's declaration says about serving it. It travels with the model version, as serving needs no project. */
export interface ServingRules {
  readonly fields: AnswerFields;
  /** Columns that the inference log holds as a hash only. */
  readonly hashed: readonly string[];
  /** Days for which the inference log is kept; null: for ever. */
  readonly keepDays: number | null;
  /** True: logged inputs with their true labels become raw batches of the pipeline. */
  readonly backToRaw: boolean;
  /** Name of the target in the pipeline's source; null: that of the target itself. */
  readonly targetFrom: string | null;
}

export const NO_RULES: ServingRules = { fields: NO_FIELDS, hashed: [], keepDays: null, backToRaw: false, targetFrom: null };

/** The rules in a version's signature (`signature.serving`). What is not understood, as a newer release wrote it, is left out. */
export function readServingRules(signature: unknown): ServingRules {
  if (!isRecord(signature) || !isRecord(signature.serving)) return NO_RULES;
  const { predict, explain, hashed, keepDays, backToRaw, targetFrom } = signature.serving;
  return {
    fields: {
      predict: readFields<PredictFieldSource>(predict, predictFieldSources),
      explain: readFields<ExplainFieldSource>(explain, explainFieldSources),
    },
    hashed: Array.isArray(hashed) ? hashed.filter((name): name is string => typeof name === "string") : [],
    keepDays: typeof keepDays === "number" && keepDays > 0 ? keepDays : null,
    backToRaw: backToRaw === true,
    targetFrom: typeof targetFrom === "string" ? targetFrom : null,
  };
}

function readFields<Source extends string>(value: unknown, sources: readonly Source[]): { name: string; source: Source }[] {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, wanted]) => {
    const source = sources.find((known) => known === wanted);
    return source === undefined ? [] : [{ name, source }];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
