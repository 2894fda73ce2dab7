import type { RunDetail, RunStep } from "@atalaya/api";
import { lazy, Suspense, useState } from "react";
import { Link } from "wouter";
import { Elsewhere } from "../design/elsewhere.js";
import { Badge, Card, Facts, Loaded, ScreenHead } from "../design/parts.js";
import { stateTone } from "../home/home.js";
import { useLanguage } from "../language/language.js";
import { addresses, useRun } from "../server/answers.js";
import { RunControls } from "./run-controls.js";
import { Trials } from "./trials.js";
import "./runs.css";

const ChainGraph = lazy(async () => ({ default: (await import("./chain-graph.js")).ChainGraph }));

/** One run: its chain as a graph with live state, each step's rows, time and log, and the trials as they come. */
export function RunScreen({ run: id }: { readonly run: string }) {
  const { say } = useLanguage();
  const run = useRun(id);
  return (
    <div className="screen">
      <p>
        <Link href="/runs">{`← ${say.runs.back}`}</Link>
      </p>
      <Loaded query={run}>{(found) => <RunView run={found} />}</Loaded>
    </div>
  );
}

function RunView({ run }: { readonly run: RunDetail }) {
  const { say, format } = useLanguage();
  const [chosen, setChosen] = useState<string | null>(null);
  const current =
    run.steps.find(({ name }) => name === chosen) ??
    run.steps.find(({ status }) => status === "failed" || status === "running" || status === "cancelled") ??
    run.steps.at(-1);
  return (
    <>
      <ScreenHead title={`${run.pipeline} · ${run.run.slice(0, 8)}`} text={run.reasons.join("; ")}>
        <Badge tone={stateTone(run.state)}>{say.runs.states[run.state]}</Badge>
        <RunControls run={run} />
        <Elsewhere address={addresses.run(run.run)} command={`atalaya runs ${run.pipeline}`} />
      </ScreenHead>
      {run.error !== null && (
        <p className={`notice ${run.state === "cancelled" ? "notice-warn" : "notice-bad"}`} role="alert">
          <strong>{run.error.code}</strong> {run.error.message}
        </p>
      )}
      <Card title={say.runs.outcome}>
        <Facts
          facts={[
            { name: say.runs.verdict, value: run.verdict ?? "–" },
            {
              name: say.runs.version,
              value:
                run.version === null ? (
                  "–"
                ) : (
                  <Link href={`/models/${encodeURIComponent(run.pipeline)}/${run.version}`}>{`v${run.version}`}</Link>
                ),
            },
            { name: say.runs.trigger, value: run.trigger },
            ...(run.retryOf === null
              ? []
              : [
                  {
                    name: say.runs.retryOf,
                    value: (
                      <Link href={`/runs/${run.retryOf.run}`} className="mono">
                        {run.retryOf.run.slice(0, 8)}
                      </Link>
                    ),
                    more: run.retryOf.from === null ? null : say.runs.fromStep(run.retryOf.from),
                  },
                ]),
            { name: say.runs.begun, value: format.time(run.startedAt) },
            { name: say.runs.took, value: run.seconds === null ? "–" : format.duration(run.seconds) },
            {
              name: say.runs.rows,
              value: run.rows === null ? "–" : format.number(run.rows.accepted),
              more: run.rows === null ? null : `${format.number(run.rows.quarantined)} ${say.data.quarantined.toLowerCase()}`,
            },
            ...Object.entries(run.metrics).map(([name, value]) => ({ name, value: value === null ? "–" : format.number(value) })),
          ]}
        />
      </Card>
      <Card title={say.runs.graph}>
        <Suspense fallback={<div className="chain" />}>
          <ChainGraph steps={run.steps} chosen={current?.name ?? null} onChoose={setChosen} />
        </Suspense>
      </Card>
      <div className="columns">
        <Card title={say.runs.steps}>
          <StepList steps={run.steps} chosen={current?.name ?? null} onChoose={setChosen} />
        </Card>
        {current !== undefined && <StepView step={current} />}
      </div>
      {run.trials.length > 0 && <Trials trials={run.trials} />}
    </>
  );
}

export function StepBadge({ step }: { readonly step: Pick<RunStep, "status"> }) {
  const { say } = useLanguage();
  const tone = step.status === "waiting" ? "soft" : stateTone(step.status);
  return <Badge tone={tone}>{say.runs.stepStates[step.status]}</Badge>;
}

interface StepListProps {
  readonly steps: readonly RunStep[];
  readonly chosen: string | null;
  readonly onChoose: (name: string) => void;
}

/** The graph as a list: what a keyboard and a screen reader use. */
function StepList({ steps, chosen, onChoose }: StepListProps) {
  const { format } = useLanguage();
  return (
    <ol className="steps">
      {steps.map((step) => (
        <li key={step.name}>
          <button type="button" aria-pressed={step.name === chosen} onClick={() => onChoose(step.name)}>
            <span className="clip">{step.name}</span>
            <span className="soft small">{step.seconds === null ? "" : format.duration(step.seconds)}</span>
            <StepBadge step={step} />
          </button>
        </li>
      ))}
    </ol>
  );
}

function StepView({ step }: { readonly step: RunStep }) {
  const { say, format } = useLanguage();
  const { progress } = step;
  const facts = [
    { name: say.runs.rowsIn, value: step.rowsIn === null ? "–" : format.number(step.rowsIn) },
    { name: say.runs.rowsOut, value: step.rowsOut === null ? "–" : format.number(step.rowsOut) },
    { name: say.runs.took, value: step.seconds === null ? "–" : format.duration(step.seconds) },
    { name: say.runs.begun, value: step.startedAt === null ? "–" : format.time(step.startedAt) },
  ];
  return (
    <Card title={step.name} aside={<StepBadge step={step} />}>
      <div className="stack">
        {step.error !== null && (
          <p className="notice notice-bad">
            <strong>{step.error.code}</strong> {step.error.message}
          </p>
        )}
        {step.summary !== null && <p className="break">{step.summary}</p>}
        {progress !== null && (
          <p className="soft">{`${format.number(progress.done)}${progress.total === null ? "" : ` / ${format.number(progress.total)}`} ${progress.unit}`}</p>
        )}
        <Facts facts={facts} />
        {step.replayed && <p className="soft small">{say.runs.replayed}</p>}
        {step.attempts > 1 && <p className="soft small">{say.runs.attempts(step.attempts)}</p>}
        {step.dataset !== null && <p className="mono break soft">{step.dataset}</p>}
        {hasContent(step.parameters) && (
          <details>
            <summary>{say.runs.parameters}</summary>
            <pre className="code">{JSON.stringify(step.parameters, null, 2)}</pre>
          </details>
        )}
        {hasContent(step.metrics) && (
          <details>
            <summary>{say.models.metrics}</summary>
            <pre className="code">{JSON.stringify(step.metrics, null, 2)}</pre>
          </details>
        )}
        <h3>{say.runs.notes}</h3>
        {step.notes.length === 0 ? (
          <p className="soft small">{say.runs.noNotes}</p>
        ) : (
          <ul>
            {step.notes.map((note) => (
              <li key={note} className="small break">
                {note}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

function hasContent(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}
