import { encodeBundle } from "@atalaya/learn";
import { memo, useEffect, useRef, useState } from "react";
import { Card } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { type ColumnMapping, csvLine } from "./csv-columns.js";
import type { PageModel } from "./page-model.js";
import { ResultsTable } from "./results-table.js";
import type { RowResult } from "./row-results.js";
import type { ScoreJob, ScoreNews } from "./score-worker.js";

interface Progress {
  readonly name: string;
  readonly mapping: ColumnMapping | null;
  readonly results: readonly RowResult[];
  readonly rows: number;
  readonly bad: number;
  readonly share: number;
  readonly seconds: number;
  readonly csv: string | null;
  readonly failure: string | null;
  readonly isRunning: boolean;
}

/** Scores a whole file, in a thread of its own, so that the page stays quick. */
export const ManyRows = memo(function ManyRows({ model }: { readonly model: PageModel }) {
  const { say } = useLanguage();
  const [withReasons, setWithReasons] = useState(true);
  const { progress, start, stop } = useScoring(model);
  const choice = useRef<HTMLInputElement>(null);
  const startExamples = (): void => {
    const names = model.bundle.features.inputs.map(({ name }) => name);
    const lines = model.examples.map((row) => csvLine(names.map((name) => (row[name] == null ? null : String(row[name])))));
    start(new File([csvLine(names), ...lines], `${model.pipeline}-examples.csv`), withReasons);
  };
  return (
    <Card title={say.predict.csv}>
      <div className="stack">
        <p className="soft">{say.predict.csvText}</p>
        <div className="row">
          <input
            ref={choice}
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            className="hidden-visually"
            aria-label={say.predict.choose}
            tabIndex={-1}
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file !== undefined) start(file, withReasons);
              event.target.value = "";
            }}
          />
          <button type="button" className="button button-primary" onClick={() => choice.current?.click()}>
            {say.predict.choose}
          </button>
          <button type="button" className="button" onClick={startExamples}>
            {say.predict.tryExamples}
          </button>
          <label className="row small">
            <input type="checkbox" checked={withReasons} onChange={(event) => setWithReasons(event.target.checked)} />
            {say.predict.withReasons}
          </label>
        </div>
        {progress !== null && <ScoringProgress model={model} progress={progress} onStop={stop} />}
      </div>
    </Card>
  );
});

function ScoringProgress({ model, progress, onStop }: { model: PageModel; progress: Progress; onStop: () => void }) {
  const { say, format } = useLanguage();
  const { mapping, rows, bad, share, seconds, csv, failure, isRunning, results, name } = progress;
  const isAnomaly = model.bundle.task === "anomaly";
  // Early on, the pace says little.
  const left = seconds >= LEAST_PACE_SECONDS && share > 0.01 ? Math.max(1, Math.round((seconds * (1 - share)) / share)) : null;
  return (
    <div className="stack">
      <p className="mono clip">{name}</p>
      {mapping !== null && <MappingNotes mapping={mapping} />}
      {failure !== null && <p className="notice notice-bad">{failure}</p>}
      {isRunning && (
        <div className="row">
          <div
            className="meter"
            style={{ flex: 1 }}
            role="progressbar"
            aria-valuenow={Math.round(share * 100)}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-label={name}
          >
            <span className="meter-fill" style={{ width: `${share * 100}%` }} />
          </div>
          <span className="small soft">
            {say.predict.reading(format.number(rows), format.percent(share))}
            {left !== null && ` · ${say.predict.left(format.duration(left))}`}
          </span>
          <button type="button" className="button button-small" onClick={onStop}>
            {say.predict.stop}
          </button>
        </div>
      )}
      {csv !== null && (
        <div className="row">
          <span role="status">{say.predict.done(format.number(rows), format.number(bad), format.number(seconds))}</span>
          <a className="button button-small" href={csv} download={`${name.replace(/\.\w+$/, "")}-results.csv`}>
            {say.predict.download}
          </a>
        </div>
      )}
      {results.length > 0 && <ResultsTable model={model} results={results} isRanked={isAnomaly && !isRunning} />}
      {rows > results.length && <p className="small soft">{say.predict.firstRows(format.number(results.length))}</p>}
    </div>
  );
}

function MappingNotes({ mapping }: { readonly mapping: ColumnMapping }) {
  const { say } = useLanguage();
  const { missing, ignored, unknown, renamed } = mapping;
  const list = (names: readonly string[]): string => names.slice(0, 30).join(", ") + (names.length > 30 ? ", …" : "");
  return (
    <div className="stack small">
      {missing.length > 0 && (
        <p className="notice notice-bad" role="alert">
          {say.predict.columnsMissing(list(missing))}
        </p>
      )}
      {renamed.length > 0 && (
        <p className="soft">
          {renamed
            .slice(0, 10)
            .map(({ from, to }) => say.predict.columnsMapped(from, to))
            .join(" ")}
        </p>
      )}
      {unknown.length > 0 && missing.length === 0 && <p className="soft">{say.predict.columnsUnknown(list(unknown))}</p>}
      {ignored.length > 0 && <p className="soft">{say.predict.columnsIgnored(list(ignored))}</p>}
    </div>
  );
}

/** Before this a guess of the time that is left would jump. */
const LEAST_PACE_SECONDS = 3;
/** Results come often; the table is drawn anew a few times a second. */
const DRAW_MS = 200;

function useScoring(model: PageModel) {
  const [progress, setProgress] = useState<Progress | null>(null);
  const worker = useRef<Worker | null>(null);
  const stop = (): void => {
    worker.current?.terminate();
    worker.current = null;
    setProgress((before) => (before === null ? null : { ...before, isRunning: false }));
  };
  useEffect(() => () => worker.current?.terminate(), []);
  const download = useRef<string | null>(null);
  const start = (file: File, withReasons: boolean): void => {
    worker.current?.terminate();
    // The browser keeps a result as long as it has an address.
    if (download.current !== null) URL.revokeObjectURL(download.current);
    download.current = null;
    const thread = new Worker(new URL("./score-worker.ts", import.meta.url), { type: "module" });
    worker.current = thread;
    const begun = performance.now();
    const results: RowResult[] = [];
    let latest: Progress = {
      name: file.name,
      mapping: null,
      results,
      rows: 0,
      bad: 0,
      share: 0,
      seconds: 0,
      csv: null,
      failure: null,
      isRunning: true,
    };
    let drawnAt = 0;
    const draw = (change: Partial<Progress>, isFinal = false): void => {
      latest = { ...latest, ...change };
      if (!isFinal && performance.now() - drawnAt < DRAW_MS) return;
      drawnAt = performance.now();
      setProgress({ ...latest, results: results.slice() });
    };
    thread.onmessage = ({ data }: MessageEvent<ScoreNews>) => {
      if (data.type === "rows") {
        for (const result of data.results) results.push(result);
        draw({ rows: data.rows, bad: data.bad, share: data.share, seconds: (performance.now() - begun) / 1_000 });
      } else if (data.type === "columns") draw({ mapping: data.mapping, isRunning: data.mapping.missing.length === 0 }, true);
      else if (data.type === "failed") draw({ failure: data.message, isRunning: false }, true);
      else {
        const seconds = Math.round((performance.now() - begun) / 100) / 10;
        download.current = URL.createObjectURL(data.csv);
        draw({ rows: data.rows, bad: data.bad, seconds, csv: download.current, isRunning: false, share: 1 }, true);
      }
    };
    setProgress(latest);
    const job: ScoreJob = { bundle: encodeBundle(model.bundle), file, withReasons };
    thread.postMessage(job);
  };
  return { progress, start, stop };
}
