import type { DriftDecision, Watch } from "@atalaya/api";
import { useMemo, useState } from "react";
import { Chart } from "../charts/chart.js";
import { Badge, Facts } from "../design/parts.js";
import { TableFrame } from "../design/table-frame.js";
import { useLanguage } from "../language/language.js";
import { inWords } from "../predict/reasons.js";
import { type FeatureTimeline, timelines } from "./movements.js";
import { NamedThenNow } from "./then-now.js";
import { Plot } from "./traffic.js";

/** Judged batches that the table shows; the chart of a feature shows all. */
const MOST_COLUMNS = 10;
const MOST_FEATURES = 40;

/** Each feature over the judged batches: effect, whether that counts as moved, and what was decided. */
export function DriftTimeline({ watch }: { readonly watch: Watch }) {
  const { say } = useLanguage();
  const decisions = useMemo(() => [...watch.decisions].reverse(), [watch.decisions]);
  const features = useMemo(() => timelines(decisions), [decisions]);
  const [chosen, setChosen] = useState<string | null>(null);
  const current = features.find(({ name }) => name === chosen) ?? features[0];
  if (current === undefined) return <p className="soft">{say.watch.noDecisions}</p>;
  return (
    <div className="stack">
      <p className="soft">{say.watch.timelineText}</p>
      <Movements decisions={decisions} features={features} chosen={current.name} onChoose={setChosen} />
      <FeatureDetail key={current.name} watch={watch} decisions={decisions} feature={current} />
    </div>
  );
}

interface MovementsProps {
  readonly decisions: readonly DriftDecision[];
  readonly features: readonly FeatureTimeline[];
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}

function Movements({ decisions, features, chosen, onChoose }: MovementsProps) {
  const { say, format } = useLanguage();
  const first = Math.max(0, decisions.length - MOST_COLUMNS);
  const shown = decisions.slice(first);
  return (
    <TableFrame label={say.watch.timeline} isPlain>
      <table className="table movements">
        <thead>
          <tr>
            <th scope="col">{say.watch.column}</th>
            {shown.map((decision) => (
              <th key={decision.run} scope="col" className="number">
                <span className="nowrap">{format.time(decision.at)}</span>
                <span className="movements-verdict">
                  {say.watch.verdicts[decision.verdict] ?? decision.verdict}
                  {decision.decision === "train" ? ` · ${say.watch.train}` : ""}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {features.slice(0, MOST_FEATURES).map(({ name, movements }) => (
            <tr key={name}>
              <th scope="row">
                <button type="button" className="link" aria-pressed={name === chosen} onClick={() => onChoose(name)}>
                  {inWords(name)}
                </button>
              </th>
              {shown.map((decision, position) => {
                const movement = movements[first + position];
                if (movement == null) return <td key={decision.run} />;
                const tone = movement.moved ? "movement-moved" : movement.distance >= 0.1 ? "movement-some" : "";
                return (
                  <td key={decision.run} className={`number ${tone}`} title={`PSI ${format.number(movement.psi)}`}>
                    {format.number(Math.round(movement.distance * 1_000) / 1_000)}
                    {movement.moved && <span className="hidden-visually">{` ${say.watch.moved}`}</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

function FeatureDetail(props: {
  readonly watch: Watch;
  readonly decisions: readonly DriftDecision[];
  readonly feature: FeatureTimeline;
}) {
  const { watch, decisions, feature } = props;
  const { say, format } = useLanguage();
  const data = useMemo((): [number[], ...(number | null)[][]] => {
    const times = decisions.map(({ at }) => new Date(at).getTime() / 1_000);
    const trained = decisions.map(({ decision }, at) =>
      decision === "train" ? (feature.movements[at]?.distance ?? null) : null,
    );
    return [
      times,
      feature.movements.map((each) => each?.distance ?? null),
      feature.movements.map((each) => each?.psi ?? null),
      trained,
    ];
  }, [decisions, feature]);
  const place = feature.movements.findLastIndex((movement) => movement !== null);
  const newest = feature.movements[place];
  const decision = decisions[place];
  const batchBins = watch.batch?.columns.find(({ name }) => name === feature.name)?.bins ?? null;
  const requestBins = watch.requests?.columns.find(({ name }) => name === feature.name)?.bins ?? null;
  const predictionBins = feature.name === "prediction" ? (watch.predictions?.bins ?? null) : null;
  const nowBins = requestBins ?? predictionBins;
  return (
    <section className="stack" aria-label={inWords(feature.name)}>
      <div className="card-head">
        <h3>{inWords(feature.name)}</h3>
        {newest != null && (
          <Badge tone={newest.moved ? "bad" : "good"}>{newest.moved ? say.watch.moved : say.watch.stable}</Badge>
        )}
      </div>
      {newest != null && decision !== undefined && (
        <Facts
          facts={[
            { name: say.watch.effect, value: format.number(newest.distance), more: say.watch.effectText },
            { name: say.watch.chance, value: format.number(newest.corrected), more: say.watch.chanceText },
            { name: say.watch.psi, value: format.number(newest.psi) },
            { name: say.watch.rows, value: format.number(decision.rows) },
            {
              name: say.watch.decision,
              value: decision.decision === "train" ? say.watch.train : say.watch.wait,
              more: decision.trigger,
            },
          ]}
        />
      )}
      <div className="charts">
        <Plot title={say.watch.effectChart}>
          <Chart
            label={`${inWords(feature.name)}: ${say.watch.effectChart}`}
            data={data}
            series={[
              { name: say.watch.effect, colour: "accent" },
              { name: say.watch.psi, broken: true, colour: "line-strong" },
              { name: say.watch.trained, points: true, colour: "up-fill" },
            ]}
            height={200}
            xIsTime
            format={format.number}
          />
        </Plot>
        {batchBins !== null && watch.batch !== null && (
          <div className="plot">
            <NamedThenNow title={say.watch.batchBins(watch.batch.batch, format.ago(watch.batch.receivedAt))} bins={batchBins} />
          </div>
        )}
        {nowBins !== null && (
          <div className="plot">
            <NamedThenNow title={say.watch.requestBins} bins={nowBins} />
          </div>
        )}
      </div>
    </section>
  );
}
