import type { Watch } from "@atalaya/api";
import { useMemo } from "react";
import { Chart } from "../charts/chart.js";
import { Facts } from "../design/parts.js";
import { useLanguage } from "../language/language.js";

/** How much is asked, how fast it is answered, and how requests end. */
export function TrafficView({ watch }: { readonly watch: Watch }) {
  return (
    <div className="stack">
      <TrafficFacts watch={watch} />
      <TrafficCharts watch={watch} />
    </div>
  );
}

function TrafficFacts({ watch }: { readonly watch: Watch }) {
  const { say, format } = useLanguage();
  const { latencyMs, requests, rows, lastAt } = watch.traffic;
  const milliseconds = (value: number | undefined): string => (value === undefined ? "–" : `${format.number(value)} ms`);
  const sum = (pick: (bucket: Watch["endings"]["buckets"][number]) => number): number =>
    watch.endings.buckets.reduce((total, bucket) => total + pick(bucket), 0);
  const [refused, failed, answered] = [sum((each) => each.refused), sum((each) => each.failed), sum((each) => each.answered)];
  return (
    <Facts
      facts={[
        {
          name: say.watch.requests,
          value: format.number(requests),
          more: lastAt === null ? null : say.watch.lastAsked(format.ago(lastAt)),
        },
        { name: say.watch.rows, value: format.number(rows) },
        { name: `${say.watch.latency} p50`, value: milliseconds(latencyMs?.p50), more: say.watch.p50 },
        { name: `${say.watch.latency} p95`, value: milliseconds(latencyMs?.p95), more: say.watch.p95 },
        { name: `${say.watch.latency} p99`, value: milliseconds(latencyMs?.p99), more: say.watch.p99 },
        {
          name: say.watch.failed,
          value: failed + answered === 0 ? "–" : format.percent(failed / (failed + answered)),
          more: say.watch.endings(format.number(failed), format.number(refused)),
        },
      ]}
    />
  );
}

function TrafficCharts({ watch: { traffic, latency, endings } }: { readonly watch: Watch }) {
  const { say, format } = useLanguage();
  const { buckets } = traffic;
  const starts = useMemo(() => buckets.map(({ from }) => new Date(from).getTime() / 1_000), [buckets]);
  const rowData = useMemo(() => stepData(starts, [buckets.map((bucket) => bucket.rows)]), [starts, buckets]);
  const latencyData = useMemo(
    (): ChartData => [starts, latency.map(({ p50 }) => p50), latency.map(({ p95 }) => p95)],
    [starts, latency],
  );
  const endingData = useMemo(
    () => stepData(starts, [endings.buckets.map(({ refused }) => refused), endings.buckets.map(({ failed }) => failed)]),
    [starts, endings],
  );
  const common = { height: 180, xIsTime: true, format: format.number };
  return (
    <div className="charts">
      <Plot title={say.watch.trafficChart}>
        <Chart label={say.watch.trafficChart} data={rowData} series={[{ name: say.watch.rows, steps: true }]} {...common} />
      </Plot>
      <Plot title={say.watch.latencyChart}>
        <Chart
          label={say.watch.latencyChart}
          data={latencyData}
          series={[
            { name: "p50", colour: "accent" },
            { name: "p95", colour: "up-fill" },
          ]}
          {...common}
        />
      </Plot>
      <Plot title={say.watch.errorChart} text={say.watch.countedSince(format.time(endings.since))}>
        <Chart
          label={say.watch.errorChart}
          data={endingData}
          series={[
            { name: say.watch.refusedRequests, steps: true, colour: "warn" },
            { name: say.watch.failedRequests, steps: true, colour: "bad" },
          ]}
          {...common}
        />
      </Plot>
    </div>
  );
}

type ChartData = readonly [readonly number[], ...(readonly (number | null)[])[]];

/** A stretch is drawn up to the next point, so the last one needs one behind it. */
function stepData(starts: readonly number[], lists: readonly (readonly number[])[]): ChartData {
  const width = (starts[1] ?? 0) - (starts[0] ?? 0);
  return [[...starts, (starts.at(-1) ?? 0) + width], ...lists.map((list) => [...list, list.at(-1) ?? 0])];
}

export function Plot(props: { readonly title: string; readonly text?: string; readonly children: React.ReactNode }) {
  return (
    <div className="plot">
      <h3>{props.title}</h3>
      {props.text !== undefined && <p className="small soft">{props.text}</p>}
      {props.children}
    </div>
  );
}
