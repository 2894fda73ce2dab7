import type { Attention, Overview, PipelineOverview } from "@atalaya/api";
import { Link } from "wouter";
import { Elsewhere } from "../design/elsewhere.js";
import { Badge, Card, Facts, Loaded, ScreenHead, type Tone } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { addresses, useOverview } from "../server/answers.js";
import { NoPipeline } from "../shell/pipeline-tabs.js";
import "./home.css";

/** Is it well, and what needs a person? */
export function Home() {
  const { say } = useLanguage();
  const overview = useOverview();
  return (
    <div className="screen">
      <ScreenHead title={say.home.title} text={overview.data === undefined ? undefined : <Verdict overview={overview.data} />}>
        <Elsewhere address={addresses.overview} command="atalaya runs" />
      </ScreenHead>
      <Loaded query={overview}>
        {(found) =>
          found.pipelines.length === 0 ? (
            <NoPipeline />
          ) : (
            <>
              {found.attention.length > 0 && <Needs attention={found.attention} />}
              <div className="pipelines">
                {found.pipelines.map((pipeline) => (
                  <PipelineCard key={pipeline.name} pipeline={pipeline} />
                ))}
              </div>
            </>
          )
        }
      </Loaded>
    </div>
  );
}

function Verdict({ overview }: { readonly overview: Overview }) {
  const { say } = useLanguage();
  if (overview.pipelines.length === 0) return <>{say.home.emptyTitle}.</>;
  const count = overview.attention.length;
  return <>{count === 0 ? say.home.allWell : say.home.needs(count)}</>;
}

function Needs({ attention }: { readonly attention: readonly Attention[] }) {
  const { say } = useLanguage();
  return (
    <Card title={say.home.attention}>
      <ul className="needs">
        {attention.map((each) => (
          <li key={`${each.code} ${each.pipeline}`}>
            <Badge tone={each.severity === "act" ? "bad" : "warn"}>{say.home[each.severity]}</Badge>
            <span className="break">
              <AttentionText attention={each} />
            </span>
            <Link className="button button-small" href={each.link} aria-label={`${say.home.open}: ${each.pipeline}`}>
              {say.home.open}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function AttentionText({ attention }: { readonly attention: Attention }) {
  const { say } = useLanguage();
  const [first, second] = Object.values(attention.facts).map((fact) => String(fact ?? ""));
  return <>{say.home.attentionText[attention.code](attention.pipeline, first ?? "", second ?? "")}</>;
}

function PipelineCard({ pipeline }: { readonly pipeline: PipelineOverview }) {
  const { say, format } = useLanguage();
  const { name, production, serving, traffic, data, lastRun, drift, schedules } = pipeline;
  const next = schedules.map(({ nextAt }) => nextAt).find((at) => at !== null);
  return (
    <Card
      title={<Link href={`/predict/${encodeURIComponent(name)}`}>{name}</Link>}
      aside={<Badge tone={serving.ready ? "good" : "bad"}>{serving.ready ? say.home.answers : say.home.doesNotAnswer}</Badge>}
      label={name}
    >
      <div className="stack">
        <Facts
          facts={[
            {
              name: say.home.production,
              value:
                production === null ? (
                  say.home.noProduction
                ) : (
                  <Link href={`/models/${encodeURIComponent(name)}/${production.version}`}>
                    {say.predict.version(production.version)}
                  </Link>
                ),
              more: production === null ? null : format.ago(production.since),
            },
            {
              name: say.home.traffic,
              value: format.number(traffic.rows),
              more: say.home.requests(format.number(traffic.requests)),
            },
            {
              name: say.home.latency,
              value: traffic.latencyMs === null ? "–" : `${format.number(traffic.latencyMs.p95)} ms`,
              more: traffic.latencyMs === null ? null : say.home.ofNewest(format.number(traffic.latencyMs.of)),
            },
            {
              name: say.home.fresh,
              value: data.lastAt === null ? "–" : format.ago(data.lastAt),
              more: say.home.rows(format.number(data.rowsAccepted), format.number(data.rowsQuarantined)),
            },
            {
              name: say.home.drift,
              value: drift === null ? say.home.notJudged : (say.watch.verdicts[drift.verdict] ?? drift.verdict),
              more: drift === null ? null : format.ago(drift.at),
            },
            {
              name: say.home.lastRun,
              value:
                lastRun === null ? (
                  say.home.noRun
                ) : (
                  <Link href={`/runs/${lastRun.run}`}>
                    <Badge tone={stateTone(lastRun.state)}>{say.runs.states[lastRun.state]}</Badge>
                  </Link>
                ),
              more: lastRun === null ? null : format.ago(lastRun.startedAt),
            },
            {
              name: say.home.nextRun,
              value: next == null ? say.home.noSchedule : format.ago(next),
              more: next == null ? null : format.time(next),
            },
          ]}
        />
        <Sparkline counts={traffic.buckets.map(({ rows }) => rows)} label={say.home.trafficChart(name)} />
      </div>
    </Card>
  );
}

export function stateTone(state: string): Tone {
  if (state === "done" || state === "accepted" || state === "promoted") return "good";
  if (state === "failed" || state === "refused") return "bad";
  return state === "running" || state === "queued" || state === "received" ? "live" : "warn";
}

function Sparkline({ counts, label }: { readonly counts: readonly number[]; readonly label: string }) {
  const most = Math.max(1, ...counts);
  return (
    <svg className="sparkline" viewBox={`0 0 ${counts.length * 4} 28`} preserveAspectRatio="none" role="img" aria-label={label}>
      {counts.map((count, position) => {
        const height = count === 0 ? 1 : Math.max(2, (count / most) * 27);
        // Buckets have no name but their place.
        const key = `${position}`;
        return (
          <rect
            key={key}
            x={position * 4}
            y={28 - height}
            width={3}
            height={height}
            className={count === 0 ? "nothing" : "something"}
          />
        );
      })}
    </svg>
  );
}
