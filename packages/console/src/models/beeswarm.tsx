import { useLanguage } from "../language/language.js";
import { inWords, type Reason } from "../predict/reasons.js";
import type { ColumnEffects } from "./effects.js";

const LINE = 34;
const NAME = 190;
const WIDTH = 640;

interface BeeswarmProps {
  readonly columns: readonly ColumnEffects[];
  /** Largest absolute effect of the scale; left out: that of the columns. */
  readonly most?: number;
}

export function largestEffect(columns: readonly ColumnEffects[]): number {
  return columns.reduce((most, { points }) => points.reduce((so, { effect }) => Math.max(so, Math.abs(effect)), most), 1e-12);
}

/** One line a column, one dot a row. */
export function Beeswarm({ columns, most = largestEffect(columns) }: BeeswarmProps) {
  const { say } = useLanguage();
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
