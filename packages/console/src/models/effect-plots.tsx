import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Chart } from "../charts/chart.js";
import { Card } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { openModel, type PageModel } from "../predict/page-model.js";
import { inWords, type Reason, reasonsOf } from "../predict/reasons.js";
import { addresses } from "../server/answers.js";
import { askBytes } from "../server/ask.js";

/** Effects of the columns on the model's own example rows, computed here out of its bundle. */
export function EffectPlots({ pipeline, version }: { readonly pipeline: string; readonly version: number }) {
  const { say, format } = useLanguage();
  const model = useQuery({
    queryKey: ["bundle", pipeline, version],
    queryFn: async () => openModel(pipeline, version, await askBytes(addresses.bundle(pipeline, version))),
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  const columns = useMemo(() => (model.data === undefined ? [] : effectsByColumn(model.data)), [model.data]);
  const [chosen, setChosen] = useState<string | null>(null);
  if (columns.length === 0) return null;
  const numeric = columns.filter(({ points }) => points.some(({ value }) => typeof value === "number"));
  const dependence = numeric.find(({ name }) => name === chosen) ?? numeric[0];
  return (
    <div className="columns">
      <Card title={say.models.beeswarm} aside={<span className="soft small">{say.models.beeswarmCaption}</span>}>
        <Beeswarm columns={columns.slice(0, 10)} />
      </Card>
      {dependence !== undefined && (
        <Card
          title={say.models.dependence}
          aside={
            <select
              className="input input-auto"
              aria-label={say.models.dependence}
              value={dependence.name}
              onChange={(event) => setChosen(event.target.value)}
            >
              {numeric.map(({ name }) => (
                <option key={name} value={name}>
                  {inWords(name)}
                </option>
              ))}
            </select>
          }
        >
          <Dependence column={dependence} label={say.models.dependenceCaption(inWords(dependence.name))} number={format.number} />
        </Card>
      )}
    </div>
  );
}

interface ColumnEffects {
  readonly name: string;
  readonly unit: string | null;
  readonly points: readonly { readonly value: Reason["value"]; readonly effect: number }[];
  readonly weight: number;
}

function effectsByColumn({ scorer, bundle, examples }: PageModel): ColumnEffects[] {
  const { frame } = scorer.read(examples);
  const answers = scorer.answer(frame);
  const byColumn = new Map<string, Reason[]>();
  scorer.explain(frame).forEach((explanation, row) => {
    const answer = answers[row];
    if (answer === undefined) return;
    for (const reason of reasonsOf(bundle, explanation, answer, examples[row] ?? {}).byColumn) {
      byColumn.set(reason.name, [...(byColumn.get(reason.name) ?? []), reason]);
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

const LINE = 34;
const NAME = 190;
const WIDTH = 640;

function Beeswarm({ columns }: { readonly columns: readonly ColumnEffects[] }) {
  const { say } = useLanguage();
  const most = Math.max(...columns.flatMap(({ points }) => points.map(({ effect }) => Math.abs(effect))), 1e-12);
  // The square root keeps the many small effects apart from each other.
  const place = (effect: number): number =>
    NAME + (WIDTH - NAME) * (0.5 + 0.48 * Math.sign(effect) * Math.sqrt(Math.abs(effect) / most));
  return (
    <svg className="swarm" viewBox={`0 0 ${WIDTH} ${columns.length * LINE}`} role="img" aria-label={say.models.beeswarmCaption}>
      <line x1={place(0)} x2={place(0)} y1={0} y2={columns.length * LINE} />
      {columns.map(({ name, points }, position) => {
        const middle = position * LINE + LINE / 2;
        const ranks = ranksOf(points.map(({ value }) => value));
        return (
          <g key={name}>
            <line x1={NAME} x2={WIDTH} y1={middle} y2={middle} />
            <text x={0} y={middle + 4}>
              {inWords(name)}
            </text>
            {points.map(({ effect }, row) => {
              // Rows have no name but their place; the offset only keeps dots apart.
              const key = `${row}`;
              const offset = (((row * 7919) % 17) / 17 - 0.5) * LINE * 0.62;
              return (
                <circle
                  key={key}
                  cx={place(effect)}
                  cy={middle + offset}
                  r={2.6}
                  fill="var(--accent)"
                  opacity={0.2 + 0.75 * (ranks[row] ?? 0.5)}
                />
              );
            })}
          </g>
        );
      })}
    </svg>
  );
}

/** Where each value stands among the others, 0 to 1. */
function ranksOf(values: readonly Reason["value"][]): number[] {
  const order = values
    .map((value, position) => ({ value, position }))
    .sort((one, other) => ((one.value ?? -Infinity) < (other.value ?? -Infinity) ? -1 : 1));
  const ranks = new Array<number>(values.length).fill(0.5);
  order.forEach(({ position }, rank) => {
    ranks[position] = rank / Math.max(1, values.length - 1);
  });
  return ranks;
}

function Dependence(props: {
  readonly column: ColumnEffects;
  readonly label: string;
  readonly number: (value: number) => string;
}) {
  const { column, label, number } = props;
  const points = useMemo(
    () =>
      column.points
        .flatMap(({ value, effect }) => (typeof value === "number" ? [{ x: value, y: effect }] : []))
        .sort((one, other) => one.x - other.x),
    [column],
  );
  const data = useMemo((): [number[], number[]] => [points.map(({ x }) => x), points.map(({ y }) => y)], [points]);
  return (
    <Chart
      label={label}
      data={data}
      series={[{ name: inWords(column.name), points: true }]}
      height={300}
      xIsTime={false}
      format={number}
    />
  );
}
