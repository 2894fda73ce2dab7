import type { DriftBin, ModelBundle, ReferenceSketch } from "@atalaya/learn";
import { type Store, sql } from "@atalaya/store";

/** The newest accepted batch against the training part of the live version, column by column. */
export interface BatchDrift {
  readonly batch: number;
  readonly receivedAt: string;
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly bins: readonly DriftBin[] }[];
}

interface NumberProfile {
  readonly kind: "number";
  readonly missing: number;
  readonly quantiles: readonly number[];
}

interface CategoryProfile {
  readonly kind: "category";
  readonly missing: number;
  readonly levels: readonly { readonly level: string; readonly rows: number }[];
  readonly otherRows: number;
}

interface Profile {
  readonly rows: number;
  readonly columns: Readonly<Record<string, NumberProfile | CategoryProfile>>;
}

/** Percents of the quantiles that a batch's profile keeps. */
const PERCENTS = [0, 1, 5, 25, 50, 75, 95, 99, 100];
const BINS = 10;
const MOST_LEVELS = 11;

/** null: no batch was profiled yet. */
export async function batchDrift(
  { database }: Pick<Store, "database">,
  bundle: Pick<ModelBundle, "reference">,
  pipeline: string,
): Promise<BatchDrift | null> {
  const { rows } = await sql<{ id: number; receivedAt: Date; profile: Profile }>`
    select id::float8 as id, received_at as "receivedAt", profile from atalaya.batches
    where pipeline = ${pipeline} and state = 'accepted' and profile is not null order by id desc limit 1`.execute(database);
  const [newest] = rows;
  if (newest === undefined) return null;
  const { id, receivedAt, profile } = newest;
  return {
    batch: id,
    receivedAt: receivedAt.toISOString(),
    rows: profile.rows,
    columns: bundle.reference.flatMap((reference) => {
      const own = profile.columns[reference.name];
      if (own === undefined || own.kind !== reference.kind || profile.rows === 0) return [];
      return [{ name: reference.name, bins: binsOf(reference, own, profile.rows) }];
    }),
  };
}

function binsOf(reference: ReferenceSketch, own: NumberProfile | CategoryProfile, rows: number): DriftBin[] {
  const missing: DriftBin = {
    label: "missing",
    expected: reference.missing / Math.max(1, reference.rows),
    actual: own.missing / rows,
  };
  if (reference.kind === "number" && own.kind === "number") return [...numberBins(reference, own, rows), missing];
  if (reference.kind === "category" && own.kind === "category") return [...levelBins(reference, own, rows), missing];
  return [missing];
}

/** Between deciles of training; the batch's share of each is read off its own few quantiles. */
function numberBins(
  { quantiles, rows, missing }: Extract<ReferenceSketch, { kind: "number" }>,
  own: NumberProfile,
  all: number,
): DriftBin[] {
  const edges = [...new Set(Array.from({ length: BINS - 1 }, (_, bin) => quantiles[(bin + 1) * BINS]!))].filter(
    (edge) => edge !== undefined && edge < (quantiles.at(-1) ?? edge),
  );
  const [then, now] = [(rows - missing) / Math.max(1, rows), (all - own.missing) / all];
  const evenly = quantiles.map((_, step) => (100 * step) / Math.max(1, quantiles.length - 1));
  const below = (edge: number | undefined, values: readonly number[], percents: readonly number[]): number =>
    edge === undefined ? 1 : shareBelow(values, percents, edge);
  return Array.from({ length: edges.length + 1 }, (_, bin) => {
    const [from, to] = [edges[bin - 1], edges[bin]];
    const share = (values: readonly number[], percents: readonly number[]): number =>
      below(to, values, percents) - (from === undefined ? 0 : below(from, values, percents));
    return {
      label: to === undefined ? (from === undefined ? "any" : `> ${from}`) : `≤ ${to}`,
      expected: then * share(quantiles, evenly),
      actual: own.quantiles.length === 0 ? 0 : now * share(own.quantiles, PERCENTS),
    };
  });
}

/** Share of values at or below an edge, linear between quantiles. */
function shareBelow(quantiles: readonly number[], percents: readonly number[], edge: number): number {
  const last = quantiles.findLastIndex((quantile) => quantile <= edge);
  if (last < 0) return 0;
  if (last >= quantiles.length - 1) return 1;
  const [low, high] = [quantiles[last]!, quantiles[last + 1]!];
  const [from, to] = [percents[last]!, percents[last + 1]!];
  return (from + ((edge - low) / (high - low)) * (to - from)) / 100;
}

function levelBins(reference: Extract<ReferenceSketch, { kind: "category" }>, own: CategoryProfile, rows: number): DriftBin[] {
  const named = reference.levels.slice(0, MOST_LEVELS);
  const now = new Map(own.levels.map(({ level, rows: count }) => [level, count]));
  const all = Math.max(1, reference.rows);
  const bins = named.map(({ level, rows: then }) => ({
    label: level,
    expected: then / all,
    actual: (now.get(level) ?? 0) / rows,
  }));
  const sum = (pick: (bin: DriftBin) => number): number => bins.reduce((total, bin) => total + pick(bin), 0);
  const others = {
    label: "other",
    expected: Math.max(0, 1 - reference.missing / all - sum(({ expected }) => expected)),
    actual: Math.max(0, 1 - own.missing / rows - sum(({ actual }) => actual)),
  };
  return [...bins, others];
}
