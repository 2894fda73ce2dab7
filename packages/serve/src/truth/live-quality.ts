import type { LabelledRow } from "./truth-store.js";

/** Quality of one version on the answers whose truth is known. */
export interface LiveQuality {
  readonly version: number;
  readonly rows: number;
  readonly from: string;
  readonly to: string;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** Quality by version, the newest version first; rows whose label is of another kind than the answer are left out. */
export function liveQuality(rows: readonly LabelledRow[]): LiveQuality[] {
  const byVersion = new Map<number, LabelledRow[]>();
  for (const row of rows) {
    const own = byVersion.get(row.version);
    if (own === undefined) byVersion.set(row.version, [row]);
    else own.push(row);
  }
  return [...byVersion]
    .sort(([one], [other]) => other - one)
    .flatMap(([version, own]) => {
      const measured = measure(own);
      if (measured.rows === 0) return [];
      const times = own.map(({ at }) => at.getTime());
      const from = new Date(times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY)).toISOString();
      const to = new Date(times.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY)).toISOString();
      return [{ version, from, to, ...measured }];
    });
}

function measure(rows: readonly LabelledRow[]): { rows: number; metrics: Record<string, number | null> } {
  const values: { value: number; truth: number }[] = [];
  const labels: { label: string; truth: string }[] = [];
  const alerts: { alert: boolean; truth: boolean }[] = [];
  for (const { answer, label } of rows) {
    if (typeof answer !== "object" || answer === null) continue;
    if ("value" in answer && typeof answer.value === "number" && typeof label === "number") {
      values.push({ value: answer.value, truth: label });
    } else if ("label" in answer && typeof answer.label === "string") labels.push({ label: answer.label, truth: String(label) });
    else if ("alert" in answer && typeof answer.alert === "boolean" && typeof label === "boolean") {
      alerts.push({ alert: answer.alert, truth: label });
    }
  }
  if (values.length > 0) return { rows: values.length, metrics: ofValues(values) };
  if (labels.length > 0) {
    return { rows: labels.length, metrics: { accuracy: share(labels, ({ label, truth }) => label === truth) } };
  }
  return { rows: alerts.length, metrics: ofAlerts(alerts) };
}

function ofValues(rows: readonly { value: number; truth: number }[]): Record<string, number | null> {
  const mean = (of: (row: { value: number; truth: number }) => number) =>
    rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const squared = mean(({ value, truth }) => (value - truth) ** 2);
  const average = mean(({ truth }) => truth);
  const spread = mean(({ truth }) => (truth - average) ** 2);
  return {
    rmse: Math.sqrt(squared),
    mae: mean(({ value, truth }) => Math.abs(value - truth)),
    bias: mean(({ value, truth }) => value - truth),
    r2: spread > 0 ? 1 - squared / spread : null,
  };
}

function ofAlerts(rows: readonly { alert: boolean; truth: boolean }[]): Record<string, number | null> {
  return {
    precision: share(
      rows.filter(({ alert }) => alert),
      ({ truth }) => truth,
    ),
    recall: share(
      rows.filter(({ truth }) => truth),
      ({ alert }) => alert,
    ),
    accuracy: share(rows, ({ alert, truth }) => alert === truth),
  };
}

function share<Row>(rows: readonly Row[], isTrue: (row: Row) => boolean): number | null {
  return rows.length === 0 ? null : rows.filter(isTrue).length / rows.length;
}
