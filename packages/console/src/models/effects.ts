import { useQuery } from "@tanstack/react-query";
import { type FormRow, openModel, type PageModel } from "../predict/page-model.js";
import { type Reason, reasonsOf } from "../predict/reasons.js";
import { addresses } from "../server/answers.js";
import { askBytes } from "../server/ask.js";

/** Effects of one column on some rows. */
export interface ColumnEffects {
  readonly name: string;
  readonly unit: string | null;
  readonly points: readonly { readonly value: Reason["value"]; readonly effect: number }[];
  /** Sum of the absolute effects. */
  readonly weight: number;
}

/** The bundle of a version as an open model; it never changes, so it is fetched once. */
export const modelQuery = (pipeline: string, version: number) => ({
  queryKey: ["bundle", pipeline, version],
  queryFn: async (): Promise<PageModel> => openModel(pipeline, version, await askBytes(addresses.bundle(pipeline, version))),
  staleTime: Number.POSITIVE_INFINITY,
  structuralSharing: false as const,
});

export const useModelOf = (pipeline: string, version: number) => useQuery(modelQuery(pipeline, version));

/** Effects of every column on rows, the strongest column first. Rows that the model cannot read count for nothing. */
export function effectsByColumn({ scorer, bundle }: PageModel, rows: readonly FormRow[]): ColumnEffects[] {
  const { frame, problems } = scorer.read(rows);
  if (problems.length > 0) return [];
  const { answers, explanations } = scorer.answerExplained(frame);
  const byColumn = new Map<string, Reason[]>();
  explanations.forEach((explanation, row) => {
    const answer = answers[row];
    if (answer === undefined) return;
    for (const reason of reasonsOf(bundle, explanation, answer, rows[row] ?? {}).byColumn) {
      const own = byColumn.get(reason.name);
      if (own === undefined) byColumn.set(reason.name, [reason]);
      else own.push(reason);
    }
  });
  return [...byColumn]
    .map(([name, points]) => ({
      name,
      unit: points[0]?.unit ?? null,
      points,
      weight: points.reduce((sum, { effect }) => sum + Math.abs(effect), 0),
    }))
    .sort((one, other) => other.weight - one.weight);
}

/** True for columns that a dependence plot can show. */
export const isNumeric = ({ points }: ColumnEffects): boolean => points.some(({ value }) => typeof value === "number");
