import { useState } from "react";
import { useLanguage } from "../language/language.js";
import { inWords, type Reason, type Reasons, strongest } from "./reasons.js";
import { useReasonText } from "./sentence.js";

const MOST_BARS = 9;

interface Bar {
  readonly key: string;
  readonly name: string;
  readonly value: string;
  readonly effect: string;
  readonly from: number;
  readonly to: number;
  readonly kind: "up" | "down" | "total";
}

/** From the starting point to the prediction, one bar a reason: a table whose bars a screen reader need not see. */
export function Waterfall({ reasons }: { readonly reasons: Reasons }) {
  const { say } = useLanguage();
  const [by, setBy] = useState<"column" | "feature">("column");
  const bars = useBars(reasons, by === "column" ? reasons.byColumn : reasons.byFeature);
  const ends = bars.flatMap(({ from, to, kind }) => (kind === "total" ? [to] : [from, to]));
  const low = Math.min(...ends);
  const span = Math.max(...ends) - low || 1;
  const place = (value: number): number => 2 + ((value - low) / span) * 96;
  return (
    <figure className="stack">
      <div className="tabs">
        <button type="button" className="tab" aria-pressed={by === "column"} onClick={() => setBy("column")}>
          {say.predict.byColumn}
        </button>
        <button type="button" className="tab" aria-pressed={by === "feature"} onClick={() => setBy("feature")}>
          {say.predict.byFeature}
        </button>
      </div>
      <table className="waterfall">
        <caption className="small soft">
          {say.predict.reasonsCaption} {reasons.scale === "inner" && say.predict.innerScale}
        </caption>
        <colgroup>
          <col className="waterfall-names" />
          <col />
          <col className="waterfall-effects" />
        </colgroup>
        <thead className="hidden-visually">
          <tr>
            <th scope="col">{say.predict.feature}</th>
            <td />
            <th scope="col">{say.predict.effect}</th>
          </tr>
        </thead>
        <tbody>
          {bars.map(({ key, name, value, effect, from, to, kind }) => (
            <tr key={key} className={`waterfall-${kind}`}>
              <th scope="row">
                <span className="clip">{name}</span>
                {value !== "" && <span className="soft clip">{value}</span>}
              </th>
              <td className="waterfall-plot" aria-hidden="true">
                {kind === "total" ? (
                  <span className="waterfall-line" style={{ left: `${place(to)}%` }} />
                ) : (
                  <span
                    className="waterfall-bar"
                    style={{
                      left: `${place(Math.min(from, to))}%`,
                      width: `${Math.max(0.4, place(Math.max(from, to)) - place(Math.min(from, to)))}%`,
                    }}
                  />
                )}
              </td>
              <td className="waterfall-effect">{effect}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function useBars(reasons: Reasons, parts: readonly Reason[]): Bar[] {
  const { say } = useLanguage();
  const told = useReasonText();
  const { shown, others } = strongest(parts, MOST_BARS);
  let at = reasons.base;
  const bar = (key: string, name: string, value: string, effect: number): Bar => {
    const from = at;
    at += effect;
    return { key, name, value, effect: told.effect(effect, reasons), from, to: at, kind: effect >= 0 ? "up" : "down" };
  };
  const total = (key: string, name: string, value: number): Bar => {
    return { key, name, value: "", effect: told.total(value, reasons), from: value, to: value, kind: "total" };
  };
  return [
    total("start", say.predict.start, reasons.base),
    ...shown.map(({ name, value, unit, effect }) =>
      bar(name, inWords(name), value === undefined ? "" : told.cell(name, value, unit), effect),
    ),
    ...(others === null ? [] : [bar("others", say.predict.others(others.count), "", others.effect)]),
    total("end", say.predict.end, reasons.output),
  ];
}
