import type { FittedFeatures, ModelBundle } from "@atalaya/learn";

type Cell = number | string | boolean | null;

/** Rows that reach different leaves are worth more than many. */
const mostRows = 20;

/**
 * Made-up request rows between the thresholds that a model's trees compare with, so that an imported model has something
 * to be replayed on and a form something to begin with. Deterministic.
 */
export function sampleRows(trees: ModelBundle["model"]["trees"], { inputs, features }: FittedFeatures): Record<string, Cell>[] {
  const thresholds = inputs.map((): number[] => []);
  trees.featureByNode.forEach((feature, node) => {
    const value = trees.thresholdByNode[node];
    if (feature >= 0 && (trees.categorySetByNode[node] ?? -1) < 0 && value !== undefined && Number.isFinite(value))
      thresholds[feature]?.push(value);
  });
  const sorted = thresholds.map((values) => [...new Set(values)].sort((one, other) => one - other));
  return Array.from({ length: mostRows }, (_, row) =>
    Object.fromEntries(
      inputs.map((input, column) => {
        const encoder = features[column]?.encoder;
        if (encoder?.kind === "levels") return [input.name, encoder.levels[(row + column) % encoder.levels.length] ?? null];
        // Another step for each column, so that the columns do not rise together.
        const share = ((row * (2 * column + 1)) % mostRows) / mostRows;
        return [input.name, cellOf(input, sorted[column] ?? [], share)];
      }),
    ),
  );
}

function cellOf({ type, min, max }: FittedFeatures["inputs"][number], thresholds: readonly number[], share: number): Cell {
  if (type === "boolean") return share >= 0.5;
  const at = Math.min(thresholds.length - 1, Math.floor(share * thresholds.length));
  const value = thresholds[at] ?? 0;
  const limited = Math.min(max ?? Number.POSITIVE_INFINITY, Math.max(min ?? Number.NEGATIVE_INFINITY, value));
  return type === "integer" ? Math.round(limited) : limited;
}
