import { useMemo } from "react";
import { Chart } from "../charts/chart.js";
import { useLanguage } from "../language/language.js";
import { inWords } from "../predict/reasons.js";
import type { ColumnEffects } from "./effects.js";

interface DependenceProps {
  /** The same column of one or more models. */
  readonly series: readonly { readonly name: string; readonly column: ColumnEffects }[];
}

/** Each row's value against its effect. */
export function Dependence({ series }: DependenceProps) {
  const { say, format } = useLanguage();
  const data = useMemo((): [number[], ...(number | null)[][]] => {
    const points = series
      .flatMap(({ column }, place) =>
        column.points.flatMap(({ value, effect }) => (typeof value === "number" ? [{ x: value, y: effect, place }] : [])),
      )
      .sort((one, other) => one.x - other.x);
    return [
      points.map(({ x }) => x),
      ...series.map((_, place) => points.map((point) => (point.place === place ? point.y : null))),
    ];
  }, [series]);
  const name = inWords(series[0]?.column.name ?? "");
  return (
    <Chart
      label={say.models.dependenceCaption(name)}
      data={data}
      series={series.map((each) => ({ name: each.name, points: true }))}
      height={300}
      xIsTime={false}
      format={format.number}
    />
  );
}

/** Chooses the column that is drawn. */
export function ColumnChoice(props: {
  readonly names: readonly string[];
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}) {
  const { say } = useLanguage();
  return (
    <select
      className="input input-auto"
      aria-label={say.models.dependence}
      value={props.chosen}
      onChange={(event) => props.onChoose(event.target.value)}
    >
      {props.names.map((name) => (
        <option key={name} value={name}>
          {inWords(name)}
        </option>
      ))}
    </select>
  );
}
