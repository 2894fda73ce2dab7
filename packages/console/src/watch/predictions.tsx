import type { PredictionDrift } from "@atalaya/api";
import { useMemo } from "react";
import { Chart } from "../charts/chart.js";
import { Badge, Card } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { NamedThenNow, toneOf } from "./then-now.js";
import { Plot } from "./traffic.js";

const LEAST_ROWS = 100;

/** Whether the model answers as it did on its training part. */
export function PredictionsCard({ drift }: { readonly drift: PredictionDrift }) {
  const { say, format } = useLanguage();
  const { tone, word } = toneOf(drift.psi);
  const isEnough = drift.rows >= LEAST_ROWS;
  return (
    <Card
      title={say.watch.predictions}
      aside={isEnough ? <Badge tone={tone}>{`${say.watch[word]} · PSI ${format.number(drift.psi)}`}</Badge> : undefined}
    >
      {drift.rows === 0 ? (
        <p className="soft">{say.watch.nothingAsked}</p>
      ) : (
        <div className="stack">
          <p className="soft">{say.watch.predictionsText(format.number(drift.rows))}</p>
          {!isEnough && <p className="notice notice-warn">{say.watch.tooFew(format.number(drift.rows))}</p>}
          <div className="charts">
            <Plot title={say.watch.predictionChart}>
              {drift.kind === "number" ? <Quantiles drift={drift} /> : <Shares drift={drift} />}
            </Plot>
            <div className="plot">
              <h3>{say.watch.thenNow}</h3>
              <NamedThenNow title={say.watch.predictionBins} bins={drift.bins} />
            </div>
          </div>
        </div>
      )}
    </Card>
  );
}

const startsOf = ({ buckets }: PredictionDrift): number[] => buckets.map(({ from }) => new Date(from).getTime() / 1_000);

function Quantiles({ drift }: { readonly drift: PredictionDrift }) {
  const { say, format } = useLanguage();
  const { training, buckets, unit } = drift;
  const data = useMemo((): [number[], ...(number | null)[][]] => {
    const of = (place: 0 | 1 | 2): (number | null)[] => buckets.map(({ quantiles }) => quantiles?.[place] ?? null);
    const constant = (place: 0 | 1 | 2): (number | null)[] => buckets.map(() => training.quantiles?.[place] ?? null);
    return [startsOf(drift), of(0), of(1), of(2), constant(0), constant(1), constant(2)];
  }, [drift, training, buckets]);
  const reference = { broken: true, colour: "line-strong" } as const;
  return (
    <Chart
      label={say.watch.predictionChart}
      data={data}
      series={[
        { name: "p10", colour: "down-fill" },
        { name: "p50", colour: "accent" },
        { name: "p90", colour: "up-fill" },
        { name: `p10 ${say.watch.before}`, ...reference },
        { name: `p50 ${say.watch.before}`, ...reference },
        { name: `p90 ${say.watch.before}`, ...reference },
      ]}
      height={220}
      xIsTime
      format={(value) => format.inUnit(value, unit)}
    />
  );
}

function Shares({ drift }: { readonly drift: PredictionDrift }) {
  const { say, format } = useLanguage();
  const { classes, buckets } = drift;
  const data = useMemo(
    (): [number[], ...(number | null)[][]] => [
      startsOf(drift),
      ...classes.map((_, place) => buckets.map(({ shares }) => shares?.[place] ?? null)),
    ],
    [drift, classes, buckets],
  );
  return (
    <Chart
      label={say.watch.predictionChart}
      data={data}
      series={classes.map((name) => ({ name }))}
      height={220}
      xIsTime
      format={format.percent}
    />
  );
}
