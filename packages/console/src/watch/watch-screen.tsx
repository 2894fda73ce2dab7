import type { DriftDecision, RequestDrift, Watch } from "@atalaya/api";
import { useState } from "react";
import { Link } from "wouter";
import { Elsewhere } from "../design/elsewhere.js";
import { Badge, Card, Loaded, ScreenHead } from "../design/parts.js";
import { TableFrame } from "../design/table-frame.js";
import { useLanguage } from "../language/language.js";
import { inWords } from "../predict/reasons.js";
import { addresses, useWatch } from "../server/answers.js";
import { PipelineTabs } from "../shell/pipeline-tabs.js";
import { DriftTimeline } from "./drift-timeline.js";
import { PredictionsCard } from "./predictions.js";
import { Quality } from "./quality.js";
import { ThenNow, toneOf } from "./then-now.js";
import { TrafficView } from "./traffic.js";
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
        <TrafficView watch={watch} />
      </Card>
      <Quality pipeline={watch.pipeline} />
      {watch.predictions !== null && <PredictionsCard drift={watch.predictions} />}
      <Card title={say.watch.timeline}>
        <DriftTimeline watch={watch} />
      </Card>
      <Card title={say.watch.requestDrift}>
        <RequestDriftView drift={watch.requests} />
      </Card>
      <Card title={say.watch.decisions}>
        <Decisions decisions={watch.decisions} />
      </Card>
    </>
  );
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
                    <ThenNow bins={column.bins} />
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
