import type { RunSummary } from "@atalaya/api";
import { useDeferredValue } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { Elsewhere } from "../design/elsewhere.js";
import { Badge, Empty, Loaded, Pager, ScreenHead } from "../design/parts.js";
import { TableFrame } from "../design/table-frame.js";
import { stateTone } from "../home/home.js";
import { useLanguage } from "../language/language.js";
import { addresses, useOverview, useRuns } from "../server/answers.js";
import { StartRun } from "./start-run.js";

const LIMIT = 50;
const STATES = ["queued", "running", "done", "failed", "cancelled"] as const;

/** Every run, filtered and paged by the server; the filters are in the address. */
export function RunsScreen() {
  const { say, format } = useLanguage();
  const [search, setSearch] = useFilters();
  const overview = useOverview();
  const query = useDeferredValue(`${search.toString()}${search.size > 0 ? "&" : ""}limit=${LIMIT}`);
  const runs = useRuns(query);
  const set = (name: string, value: string): void => setSearch({ [name]: value, offset: "" });
  const pipelines = overview.data?.pipelines ?? [];
  return (
    <div className="screen">
      <ScreenHead title={say.runs.title} text={say.runs.text}>
        <Elsewhere address={addresses.runs(query)} command={`atalaya runs ${search.get("pipeline") ?? ""} --limit ${LIMIT}`} />
      </ScreenHead>
      <div className="row">
        {pipelines.map(({ name }) => (
          <StartRun key={name} pipeline={name} />
        ))}
      </div>
      <Schedules />
      <div className="filters">
        <label className="field">
          <span className="label">{say.shell.pipeline}</span>
          <select
            className="input"
            value={search.get("pipeline") ?? ""}
            onChange={(event) => set("pipeline", event.target.value)}
          >
            <option value="">{say.shell.all}</option>
            {pipelines.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label className="field">
          <span className="label">{say.runs.state}</span>
          <select className="input" value={search.get("state") ?? ""} onChange={(event) => set("state", event.target.value)}>
            <option value="">{say.shell.all}</option>
            {STATES.map((state) => (
              <option key={state} value={state}>
                {say.runs.states[state]}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span className="label">{say.runs.search}</span>
          <input
            className="input"
            type="search"
            placeholder={say.runs.searchHint}
            value={search.get("search") ?? ""}
            onChange={(event) => set("search", event.target.value)}
          />
        </label>
      </div>
      <Loaded query={runs}>
        {({ total, offset, runs: found }) =>
          found.length === 0 ? (
            <Empty>
              <p>{search.size === 0 ? say.runs.empty : say.runs.noRuns}</p>
            </Empty>
          ) : (
            <div className="stack">
              <RunsTable runs={found} />
              <div className="row">
                <span className="soft small">{`${format.number(total)} ${say.runs.title.toLowerCase()}`}</span>
                <Pager
                  total={total}
                  offset={offset}
                  limit={LIMIT}
                  onMove={(next) => setSearch({ offset: next === 0 ? "" : String(next) })}
                />
              </div>
            </div>
          )
        }
      </Loaded>
    </div>
  );
}

function useFilters(): [search: URLSearchParams, set: (change: Readonly<Record<string, string>>) => void] {
  const search = new URLSearchParams(useSearch());
  const [path, navigate] = useLocation();
  return [
    search,
    (change) => {
      for (const [name, value] of Object.entries(change)) {
        if (value === "") search.delete(name);
        else search.set(name, value);
      }
      navigate(search.size === 0 ? path : `${path}?${search}`, { replace: true });
    },
  ];
}

function Schedules() {
  const { say, format } = useLanguage();
  const overview = useOverview();
  const planned = (overview.data?.pipelines ?? []).flatMap(({ name, schedules }) =>
    schedules.map((schedule) => ({ name, ...schedule })),
  );
  if (planned.length === 0) return null;
  return (
    <p className="small soft">
      {say.runs.schedules}:{" "}
      {planned.map(({ name, expression, nextAt }, position) => (
        <span key={`${name} ${expression}`}>
          {position > 0 && " · "}
          {name} <code>{expression}</code> {nextAt === null ? "" : say.runs.next(format.time(nextAt))}
        </span>
      ))}
    </p>
  );
}

/** Why a run ended without a verdict; its id stands in the line already. */
function EndedBy({ run, error }: { readonly run: RunSummary; readonly error: NonNullable<RunSummary["error"]> }) {
  const text = error.message.replace(`Run ${run.run} was `, "");
  return run.state === "cancelled" ? (
    <span className="soft small">{text}</span>
  ) : (
    <span className="wrong small">{`${error.code} ${text}`}</span>
  );
}

export function RunsTable({ runs }: { readonly runs: readonly RunSummary[] }) {
  const { say, format } = useLanguage();
  return (
    <TableFrame label={say.runs.title}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{say.runs.run}</th>
            <th scope="col">{say.shell.pipeline}</th>
            <th scope="col">{say.runs.state}</th>
            <th scope="col">{say.runs.verdict}</th>
            <th scope="col">{say.runs.trigger}</th>
            <th scope="col" className="number">
              {say.runs.rows}
            </th>
            <th scope="col" className="number">
              {say.runs.took}
            </th>
            <th scope="col">{say.runs.begun}</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.run}>
              <td>
                <Link href={`/runs/${run.run}`} className="mono">
                  {run.run.slice(0, 8)}
                </Link>
              </td>
              <td className="nowrap">{run.pipeline}</td>
              <td>
                <Badge tone={stateTone(run.state)}>{say.runs.states[run.state]}</Badge>
              </td>
              <td className="break">
                {run.version !== null && (
                  <Link href={`/models/${encodeURIComponent(run.pipeline)}/${run.version}`}>{`v${run.version}`}</Link>
                )}{" "}
                {run.error === null ? run.verdict : <EndedBy run={run} error={run.error} />}
              </td>
              <td className="nowrap">{run.trigger}</td>
              <td className="number">{run.rows === null ? "" : format.number(run.rows.read)}</td>
              <td className="number">{run.seconds === null ? "" : format.duration(run.seconds)}</td>
              <td className="nowrap">{format.time(run.startedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
