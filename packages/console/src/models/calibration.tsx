import { useMemo, useState } from "react";
import { Chart } from "../charts/chart.js";
import { Card } from "../design/parts.js";
import { TableFrame } from "../design/table-frame.js";
import { useLanguage } from "../language/language.js";
import type { CalibrationCurve, Report } from "./report.js";

interface CalibrationProps {
  readonly reports: readonly { readonly name: string; readonly report: Report | null }[];
  readonly unit: string | null;
}

/** Predicted against observed, one curve a model; nothing where no report has one. */
export function CalibrationCard({ reports, unit }: CalibrationProps) {
  const { say } = useLanguage();
  const [chosen, setChosen] = useState<string | null>(null);
  const labels = [...new Set(reports.flatMap(({ report }) => report?.calibration?.map((curve) => curve.class) ?? []))];
  const label = labels.find((each) => each === chosen) ?? labels[0];
  const curves = useMemo(
    () =>
      reports.flatMap(({ name, report }) => {
        const curve = report?.calibration?.find((each) => each.class === label);
        return curve === undefined ? [] : [{ name, curve }];
      }),
    [reports, label],
  );
  if (label === undefined || curves.length === 0) return null;
  return (
    <Card
      title={say.models.calibration}
      aside={
        labels.length > 1 ? (
          <select
            className="input input-auto"
            aria-label={say.models.calibration}
            value={label ?? ""}
            onChange={(event) => setChosen(event.target.value)}
          >
            {labels.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        ) : undefined
      }
    >
      <div className="stack">
        <p className="small soft">{label === null ? say.models.calibrationOfValues : say.models.calibrationOfClass(label)}</p>
        <Curves curves={curves} unit={label === null ? unit : "share"} />
      </div>
    </Card>
  );
}

function Curves(props: {
  readonly curves: readonly { readonly name: string; readonly curve: CalibrationCurve }[];
  readonly unit: string | null;
}) {
  const { curves, unit } = props;
  const { say, format } = useLanguage();
  const write = (value: number): string => (unit === "share" ? format.percent(value) : format.inUnit(value, unit));
  const data = useMemo((): [number[], ...(number | null)[][]] => {
    const points = curves
      .flatMap(({ curve }, place) => curve.bins.map(({ predicted, observed }) => ({ x: predicted, y: observed, place })))
      .sort((one, other) => one.x - other.x);
    const x = points.map((point) => point.x);
    return [x, x, ...curves.map((_, place) => points.map((point) => (point.place === place ? point.y : null)))];
  }, [curves]);
  return (
    <>
      <Chart
        label={say.models.calibration}
        data={data}
        series={[
          { name: say.models.honest, broken: true, colour: "line-strong" },
          ...curves.map(({ name }, place) => ({
            name,
            colour: (["accent", "up-fill", "down-fill", "warn", "bad"] as const)[place % 5]!,
          })),
        ]}
        height={280}
        xIsTime={false}
        format={write}
      />
      <details>
        <summary className="small">{say.models.asTable}</summary>
        <TableFrame label={say.models.calibration} isPlain>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{say.models.version}</th>
                <th scope="col" className="number">
                  {say.models.predicted}
                </th>
                <th scope="col" className="number">
                  {say.models.observed}
                </th>
                <th scope="col" className="number">
                  {say.models.rows}
                </th>
              </tr>
            </thead>
            <tbody>
              {curves.flatMap(({ name, curve }) =>
                curve.bins.map(({ predicted, observed, rows }) => (
                  <tr key={`${name} ${predicted}`}>
                    <td>{name}</td>
                    <td className="number">{write(predicted)}</td>
                    <td className="number">{write(observed)}</td>
                    <td className="number">{format.number(rows)}</td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
        </TableFrame>
      </details>
    </>
  );
}
