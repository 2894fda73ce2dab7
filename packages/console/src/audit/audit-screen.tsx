import type { Trace, TracedVersion } from "@atalaya/api";
import { useState } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { Elsewhere } from "../design/elsewhere.js";
import { Badge, Card, Facts, Loaded, ScreenHead } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { LineageView } from "../models/lineage.js";
import { VerdictBadge } from "../models/models-screen.js";
import { MoveHistory } from "../models/move-history.js";
import { addresses, useOverview, useTrace } from "../server/answers.js";

/** Everything that led to a prediction, a version, a run, or what was in production at a time. */
export function AuditScreen() {
  const { say } = useLanguage();
  const about = new URLSearchParams(useSearch()).get("about") ?? "";
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState(about);
  const trace = useTrace(about);
  const look = (text: string): void => {
    setTyped(text);
    navigate(text.trim() === "" ? "/audit" : `/audit?about=${encodeURIComponent(text.trim())}`);
  };
  return (
    <div className="screen">
      <ScreenHead title={say.audit.title} text={say.audit.text}>
        {about !== "" && <Elsewhere address={addresses.audit(about)} command={null} />}
      </ScreenHead>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          look(typed);
        }}
      >
        <label className="field" style={{ flex: "1 1 20rem" }}>
          <span className="label">{say.audit.about}</span>
          <input
            className="input"
            value={typed}
            placeholder={say.audit.placeholder}
            onChange={(event) => setTyped(event.target.value)}
            spellCheck={false}
          />
        </label>
        <button type="submit" className="button button-primary" style={{ alignSelf: "end" }}>
          {say.audit.look}
        </button>
      </form>
      {about === "" ? <Examples onLook={look} /> : <Loaded query={trace}>{(found) => <TraceView trace={found} />}</Loaded>}
    </div>
  );
}

function Examples({ onLook }: { readonly onLook: (text: string) => void }) {
  const { say } = useLanguage();
  const overview = useOverview();
  const known = (overview.data?.pipelines ?? []).flatMap(({ name, production }) =>
    production === null ? [] : [`${name} ${production.version}`],
  );
  const now = new Date().toISOString().slice(0, 16);
  return (
    <div className="row">
      <span className="soft">{say.audit.examples}</span>
      {[...known, now].map((text) => (
        <button key={text} type="button" className="button button-small" onClick={() => onLook(text)}>
          {text}
        </button>
      ))}
    </div>
  );
}

function TraceView({ trace }: { readonly trace: Trace }) {
  const { say, format } = useLanguage();
  const { prediction, versions, run, at, kind } = trace;
  const evidence = `data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(trace, null, 2))}`;
  return (
    <>
      <div className="row">
        <a className="button" href={evidence} download={`evidence-${trace.query.replace(/[^\w.-]+/g, "-")}.json`}>
          {say.audit.download}
        </a>
      </div>
      {kind === "time" && at !== null && (
        <h2>{versions.length === 0 ? say.audit.nothingThen : say.audit.atThatTime(format.time(at))}</h2>
      )}
      {prediction !== null && (
        <Card title={say.audit.prediction} aside={<span className="mono clip">{prediction.id}</span>}>
          <div className="stack">
            <Facts
              facts={[
                { name: say.audit.fields.at, value: format.time(prediction.at) },
                { name: say.shell.pipeline, value: prediction.pipeline },
                { name: say.models.version, value: `v${prediction.version}` },
                { name: say.audit.fields.rows, value: format.number(prediction.rows) },
                { name: say.audit.fields.latency, value: `${format.number(prediction.latencyMs)} ms` },
              ]}
            />
            <div className="columns">
              <div>
                <h3>{say.audit.inputs}</h3>
                <pre className="code">{shown(prediction.inputs, prediction.row)}</pre>
              </div>
              <div>
                <h3>{say.audit.answer}</h3>
                <pre className="code">{shown(prediction.answers, prediction.row)}</pre>
              </div>
            </div>
          </div>
        </Card>
      )}
      {run !== null && (
        <Card title={say.models.run} aside={<Badge>{run.state}</Badge>}>
          <Link href={`/runs/${run.run}`} className="mono">
            {run.run}
          </Link>
        </Card>
      )}
      {versions.map((version) => (
        <VersionTrace key={`${version.pipeline} ${version.version}`} version={version} />
      ))}
    </>
  );
}

/** One row of a request where the id asked for it; a request of many rows in part. */
function shown(value: unknown, row: number | null): string {
  const part = Array.isArray(value) ? (row === null ? value.slice(0, 5) : (value as unknown[])[row]) : value;
  return JSON.stringify(part, null, 2) ?? "–";
}

function VersionTrace({ version }: { readonly version: TracedVersion }) {
  const { say, format } = useLanguage();
  return (
    <Card
      title={
        <Link href={`/models/${encodeURIComponent(version.pipeline)}/${version.version}`}>
          {say.audit.version(version.pipeline, version.version)}
        </Link>
      }
      aside={<VerdictBadge verdict={version.verdict} />}
    >
      <div className="stack">
        <Facts
          facts={[
            { name: say.models.trained, value: format.time(version.createdAt) },
            ...Object.entries(version.metrics).map(([name, value]) => ({
              name,
              value: value === null ? "–" : format.number(value),
            })),
          ]}
        />
        <p className="break small">{version.reasons.join("; ")}</p>
        <p className="mono break soft">{`${say.models.hash} ${version.hash}`}</p>
        <LineageView lineage={version.lineage} version={version} />
        <h3>{say.audit.live}</h3>
        <MoveHistory pipeline={version.pipeline} moves={version.moves} />
      </div>
    </Card>
  );
}
