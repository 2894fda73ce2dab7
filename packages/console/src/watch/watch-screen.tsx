import type { ColumnDrift, DriftDecision, RequestDrift, Traffic, Watch } from "@atalaya/api";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { Chart } from "../charts/chart.js";
import { Elsewhere } from "../design/elsewhere.js";
import { Badge, Card, Facts, Loaded, ScreenHead, type Tone } from "../design/parts.js";
import { TableFrame } from "../design/table-frame.js";
import { useLanguage } from "../language/language.js";
import { inWords } from "../predict/reasons.js";
import { addresses, useWatch } from "../server/answers.js";
import { PipelineTabs } from "../shell/pipeline-tabs.js";
import { Quality } from "./quality.js";
import "./watch.css";

const SPANS = [1, 24, 24 * 7, 24 * 30] as const;

export function WatchScreen({ pipeline }: { readonly pipeline: string | null }) {
  const { say } = useLanguage();
  const [hours, setHours] = useState<number>(24);
  return (
    <div className="screen">
      <ScreenHead title={say.watch.title} text={say.watch.text}>
        {pipeline !== null && <Elsewhere address={addresses.watch(pipeline, hours)} command={null} />}
      </ScreenHead>
      <PipelineTabs screen="watch" chosen={pipeline} />
      {pipeline !== null && <PipelineWatch key={pipeline} pipeline={pipeline} hours={hours} onHours={setHours} />}
    </div>
  );
}

function PipelineWatch({ pipeline, hours, onHours }: { pipeline: string; hours: number; onHours: (hours: number) => void }) {
  const watch = useWatch(pipeline, hours);
  return <Loaded query={watch}>{(found) => <WatchView watch={found} hours={hours} onHours={onHours} />}</Loaded>;
}

function WatchView({
  watch,
  hours,
  onHours,
}: {
  readonly watch: Watch;
  readonly hours: number;
  readonly onHours: (hours: number) => void;
}) {
  const { say } = useLanguage();
  return (
    <>
      <Card
        title={say.watch.traffic}
        aside={
          <div className="tabs">
            {SPANS.map((span) => (
              <button key={span} type="button" className="tab" aria-pressed={hours === span} onClick={() => onHours(span)}>
                {say.watch.hours(span)}
              </button>
            ))}
          </div>
        }
      >
        <TrafficView traffic={watch.traffic} />
      </Card>
      <Quality pipeline={watch.pipeline} />
      <Card title={say.watch.requestDrift}>
        <RequestDriftView drift={watch.requests} />
      </Card>
      <Card title={say.watch.decisions}>
        <Decisions decisions={watch.decisions} />
      </Card>
    </>
  );
}

function TrafficView({ traffic }: { readonly traffic: Traffic }) {
  const { say, format } = useLanguage();
  const { latencyMs, buckets, requests, rows, lastAt } = traffic;
  const data = useMemo((): [number[], number[]] => {
    const starts = buckets.map(({ from }) => new Date(from).getTime() / 1_000);
    const counts = buckets.map((bucket) => bucket.rows);
    const width = (starts[1] ?? 0) - (starts[0] ?? 0);
    // A stretch is drawn up to the next point, so the last one needs one behind it.
    return [
      [...starts, (starts.at(-1) ?? 0) + width],
      [...counts, counts.at(-1) ?? 0],
    ];
  }, [buckets]);
  const milliseconds = (value: number | undefined): string => (value === undefined ? "–" : `${format.number(value)} ms`);
  return (
    <div className="stack">
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
        ]}
      />
      <Chart
        label={say.watch.trafficChart}
        data={data}
        series={[{ name: say.watch.rows, steps: true }]}
        height={220}
        xIsTime
        format={format.number}
      />
    </div>
  );
}

/** Usual reading of the index: under 0.1 stable, over 0.25 another distribution. */
function toneOf(psi: number): { readonly tone: Tone; readonly word: "stable" | "moving" | "shifted" } {
  if (psi < 0.1) return { tone: "good", word: "stable" };
  return psi < 0.25 ? { tone: "warn", word: "moving" } : { tone: "bad", word: "shifted" };
}

function RequestDriftView({ drift }: { readonly drift: RequestDrift | null }) {
  const { say, format } = useLanguage();
  if (drift === null || drift.rows === 0) return <p className="soft">{say.watch.nothingAsked}</p>;
  const text = say.watch.requestDriftText(format.number(drift.rows), drift.version, format.number(drift.trainingRows));
  return (
    <div className="stack">
      <p className="soft">{text}</p>
      {!drift.enough && <p className="notice notice-warn">{say.watch.tooFew(format.number(drift.rows))}</p>}
      <TableFrame label={say.watch.requestDrift} isPlain>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{say.watch.column}</th>
              <th scope="col" className="number">
                {say.watch.psi}
              </th>
              <th scope="col">{say.watch.verdict}</th>
              <th scope="col">{`${say.watch.thenNow}`}</th>
            </tr>
          </thead>
          <tbody>
            {drift.columns.map((column) => {
              const { tone, word } = toneOf(column.psi);
              return (
                <tr key={column.name}>
                  <td>
                    {inWords(column.name)} {column.derived && <span className="small soft">{say.watch.derived}</span>}
                  </td>
                  <td className="number">{format.number(column.psi)}</td>
                  <td>{drift.enough && <Badge tone={tone}>{say.watch[word]}</Badge>}</td>
                  <td>
                    <ThenNow column={column} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </TableFrame>
    </div>
  );
}

const MOST_BINS = 14;

/** The bins of the index, training beside now; the title of a pair says its numbers. */
function ThenNow({ column }: { readonly column: ColumnDrift }) {
  const { say, format } = useLanguage();
  const bins = [...column.bins].slice(0, MOST_BINS);
  const most = Math.max(...bins.flatMap(({ expected, actual }) => [expected, actual]), 1e-9);
  const text = bins
    .map(({ label, expected, actual }) => `${label}: ${format.percent(expected)} → ${format.percent(actual)}`)
    .join("; ");
  return (
    <svg
      className="then-now"
      viewBox={`0 0 ${bins.length * 12} 34`}
      role="img"
      aria-label={`${say.watch.before} → ${say.watch.now}. ${text}`}
      style={{ width: bins.length * 17 }}
      preserveAspectRatio="none"
    >
      {bins.map(({ label, expected, actual }, position) => (
        <g key={label}>
          <title>{`${label}: ${say.watch.before} ${format.percent(expected)}, ${say.watch.now} ${format.percent(actual)}`}</title>
          <rect
            className="then"
            x={position * 12 + 1}
            width={4.5}
            y={34 - (expected / most) * 33}
            height={(expected / most) * 33}
          />
          <rect className="now" x={position * 12 + 6} width={4.5} y={34 - (actual / most) * 33} height={(actual / most) * 33} />
        </g>
      ))}
    </svg>
  );
}

function Decisions({ decisions }: { readonly decisions: readonly DriftDecision[] }) {
  const { say, format } = useLanguage();
  if (decisions.length === 0) return <p className="soft">{say.watch.noDecisions}</p>;
  return (
    <TableFrame label={say.watch.decisions} isPlain>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{say.models.when}</th>
            <th scope="col">{say.watch.verdict}</th>
            <th scope="col">{say.watch.decision}</th>
            <th scope="col" className="number">
              {say.watch.rows}
            </th>
            <th scope="col">{say.models.reason}</th>
            <th scope="col">{say.watch.rule}</th>
            <th scope="col">{say.models.run}</th>
          </tr>
        </thead>
        <tbody>
          {decisions.map((decision) => (
            <tr key={decision.run}>
              <td className="nowrap">{format.time(decision.at)}</td>
              <td>
                <Badge tone={decision.verdict === "stable" ? "good" : decision.verdict === "drifted" ? "bad" : "warn"}>
                  {say.watch.verdicts[decision.verdict] ?? decision.verdict}
                </Badge>
              </td>
              <td>{decision.decision === "train" ? say.watch.train : say.watch.wait}</td>
              <td className="number">{format.number(decision.rows)}</td>
              <td className="break small">{decision.reasons.join("; ")}</td>
              <td className="small">{decision.rule}</td>
              <td>
                <Link className="mono" href={`/runs/${decision.run}`}>
                  {decision.run.slice(0, 8)}
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
