import "uplot/dist/uPlot.min.css";
import { useEffect, useRef } from "react";
import UPlot from "uplot";
import { useLanguage } from "../language/language.js";

interface ChartSeries {
  readonly name: string;
  /** Dots without a line. */
  readonly points?: boolean;
  /** Filled steps, as of counts in stretches of time. */
  readonly steps?: boolean;
  /** A thin broken line, as of a reference. */
  readonly broken?: boolean;
  /** Colour of the palette; left out: by its place. */
  readonly colour?: ChartColour;
}

export type ChartColour = "accent" | "up-fill" | "down-fill" | "bad" | "warn" | "line-strong";

interface ChartProps {
  readonly label: string;
  /** x (seconds since 1970 where it is time), then one list a series. */
  readonly data: readonly [readonly number[], ...(readonly (number | null)[])[]];
  readonly series: readonly ChartSeries[];
  readonly height: number;
  readonly xIsTime: boolean;
  readonly format: (value: number) => string;
}

const COLOURS: readonly ChartColour[] = ["accent", "up-fill", "down-fill", "warn", "bad", "line-strong"];
const colourOf = ({ colour }: ChartSeries, position: number): ChartColour =>
  colour ?? COLOURS[position % COLOURS.length] ?? "accent";

/** Lines, steps or dots over an axis. A table with the same numbers should stand near: a canvas says nothing to a screen reader. */
export function Chart({ label, data, series, height, xIsTime, format }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const { code } = useLanguage();
  const theme = useThemeName();
  // biome-ignore lint/correctness/useExhaustiveDependencies: language and theme are read through the document
  useEffect(() => {
    const box = place.current;
    if (box === null) return undefined;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const axis: UPlot.Axis = {
      stroke: colour("--text-soft"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { stroke: colour("--line") },
    };
    const plot = new UPlot(
      {
        width: box.clientWidth,
        height,
        legend: { show: false },
        cursor: { drag: { x: false, y: false } },
        scales: { x: { time: xIsTime } },
        axes: [
          xIsTime ? axis : { ...axis, values: (_plot, values) => values.map(format) },
          { ...axis, size: 74, values: (_plot, values) => values.map(format) },
        ],
        series: [
          {},
          ...series.map((each, position): UPlot.Series => {
            const { name, points, steps, broken } = each;
            const stroke = colour(`--${colourOf(each, position)}`);
            const path = UPlot.paths.stepped?.({ align: 1 });
            return {
              label: name,
              stroke,
              width: points === true ? 0 : broken === true ? 1 : 2,
              ...(broken === true ? { dash: [5, 4] } : {}),
              spanGaps: true,
              ...(steps === true && path !== undefined ? { paths: path, fill: `${stroke}33` } : {}),
              points: { show: points === true, size: 6, fill: stroke },
            };
          }),
        ],
      },
      data as UPlot.AlignedData,
      box,
    );
    const watch = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [data, series.map(({ name }) => name).join(), height, xIsTime, code, theme]);
  return (
    <div>
      <div className="chart-frame" ref={place} role="img" aria-label={label} style={{ minHeight: height }} />
      {series.length > 1 && (
        <ul className="legend small soft">
          {series.map((each, position) => (
            <li key={each.name}>
              <span className={`swatch swatch-${colourOf(each, position)}${each.broken === true ? " swatch-broken" : ""}`} />
              {each.name}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Canvas colours do not follow the page by themselves. */
function useThemeName(): string {
  return document.documentElement.dataset.theme ?? "light";
}
