import type { Lineage, VersionSummary } from "@atalaya/api";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useLanguage } from "../language/language.js";
import "./models.css";

const MOST_BATCHES = 12;

/** From the raw batches over the dataset and the run to the version, left to right. */
export function LineageView({ lineage, version }: { readonly lineage: Lineage; readonly version: VersionSummary }) {
  const { say, format } = useLanguage();
  const { batches, dataset, run } = lineage;
  return (
    <ol className="lineage">
      <Stage title={`${say.models.batches} (${format.number(batches.length)})`}>
        {batches.slice(0, MOST_BATCHES).map((batch) => (
          <p key={batch.id} className="small">
            <Link href={`/data/batches/${batch.id}`}>{`#${batch.id}`}</Link>{" "}
            <span className="soft">{`${format.number(batch.rowsAccepted ?? 0)} + ${format.number(batch.rowsQuarantined ?? 0)} ✗`}</span>
          </p>
        ))}
        {batches.length > MOST_BATCHES && <p className="soft small">…</p>}
        {batches.length === 0 && <p className="soft small">–</p>}
      </Stage>
      <Stage title={say.models.dataset}>
        <p className="mono clip">{(dataset?.sha256 ?? version.dataset ?? "–").slice(0, 16)}</p>
        {dataset !== null && <p className="small soft">{`${format.number(dataset.rows)} ${say.models.rows.toLowerCase()}`}</p>}
      </Stage>
      <Stage title={say.models.run}>
        {run === null ? (
          <p className="soft">–</p>
        ) : (
          <>
            <Link className="mono" href={`/runs/${run.run}`}>
              {run.run.slice(0, 8)}
            </Link>
            <p className="small soft">{`${run.trigger}, ${format.time(run.startedAt)}`}</p>
          </>
        )}
      </Stage>
      <Stage title={say.models.version}>
        <Link href={`/models/${encodeURIComponent(version.pipeline)}/${version.version}`}>{`v${version.version}`}</Link>
        <p className="mono clip">{version.hash.slice(0, 16)}</p>
        <p className="small soft">{format.bytes(version.bytes)}</p>
      </Stage>
    </ol>
  );
}

function Stage({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <li>
      <h3>{title}</h3>
      {children}
    </li>
  );
}
