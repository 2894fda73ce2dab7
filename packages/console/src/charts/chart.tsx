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
    const plot = new UPlot(
      {
        width: box.clientWidth,
        height,
        legend: { show: false },
        cursor: { drag: { x: false, y: false } },
        scales: { x: { time: xIsTime } },
        axes: axesOf(colour, { xIsTime, format, code }),
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
              // A line of few points, or of points with gaps between them, would not be seen.
              points: {
                show: points === true || (steps !== true && countOf(data[position + 1]) <= MOST_DOTS),
                size: 6,
                fill: stroke,
              },
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
      {series.length > 1 && <Legend series={series} />}
    </div>
  );
}

function Legend({ series }: Pick<ChartProps, "series">) {
  return (
    <ul className="legend small soft">
      {series.map((each, position) => (
        <li key={each.name}>
          <span className={`swatch swatch-${colourOf(each, position)}${each.broken === true ? " swatch-broken" : ""}`} />
          {each.name}
        </li>
      ))}
    </ul>
  );
}

function axesOf(
  colour: (name: string) => string,
  { xIsTime, format, code }: Pick<ChartProps, "xIsTime" | "format"> & { readonly code: string },
): UPlot.Axis[] {
  const axis: UPlot.Axis = {
    stroke: colour("--text-soft"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line") },
    values: (_plot, values) => values.map(format),
  };
  const x = { ...axis, size: 36, space: 84 };
  return [xIsTime ? { ...x, values: timeLabels(code) } : x, { ...axis, size: 74 }];
}

/** A line through more points than these needs no dots. */
const MOST_DOTS = 24;

function countOf(values: readonly (number | null)[] | undefined): number {
  const all = (values ?? []).filter((value) => value !== null);
  // A constant is a line to be seen whatever its length.
  return all.every((value) => value === all[0]) && all.length > 2 ? Number.POSITIVE_INFINITY : all.length;
}

const DAY = 86_400;

/** Moments as the reader's language writes them: a date where a day begins, the time of day else. */
function timeLabels(code: string): (plot: UPlot, seconds: number[], axis: number, space: number, step: number) => string[] {
  const day = new Intl.DateTimeFormat(code, { day: "numeric", month: "short" });
  const minute = new Intl.DateTimeFormat(code, { hour: "numeric", minute: "2-digit" });
  const second = new Intl.DateTimeFormat(code, { hour: "numeric", minute: "2-digit", second: "2-digit" });
  return (_plot, seconds, _axis, _space, step) =>
    seconds.map((at) => {
      const moment = new Date(at * 1_000);
      const isMidnight = moment.getHours() === 0 && moment.getMinutes() === 0 && moment.getSeconds() === 0;
      if (step >= DAY || isMidnight) return day.format(moment);
      return (step >= 60 ? minute : second).format(moment);
    });
}

/** Canvas colours do not follow the page by themselves. */
function useThemeName(): string {
  return document.documentElement.dataset.theme ?? "light";
}
