import type { BatchSummary, DatasetSummary } from "@atalaya/api";
import { useState } from "react";
import { Link } from "wouter";
import { Elsewhere } from "../design/elsewhere.js";
import { Badge, Card, Empty, Loaded, Pager, ScreenHead } from "../design/parts.js";
import { TableFrame } from "../design/table-frame.js";
import { stateTone } from "../home/home.js";
import { useLanguage } from "../language/language.js";
import { addresses, useData } from "../server/answers.js";
import { PipelineTabs } from "../shell/pipeline-tabs.js";

const LIMIT = 50;

export function DataScreen({ pipeline }: { readonly pipeline: string | null }) {
  const { say } = useLanguage();
  return (
    <div className="screen">
      <ScreenHead title={say.data.title} text={say.data.text}>
        {pipeline !== null && <Elsewhere address={addresses.data(pipeline, 0)} command={null} />}
      </ScreenHead>
      <PipelineTabs screen="data" chosen={pipeline} />
      {pipeline !== null && <PipelineDataView key={pipeline} pipeline={pipeline} />}
    </div>
  );
}

function PipelineDataView({ pipeline }: { readonly pipeline: string }) {
  const { say } = useLanguage();
  const [offset, setOffset] = useState(0);
  const data = useData(pipeline, offset);
  return (
    <Loaded query={data}>
      {({ batches, datasets, total }) => (
        <>
          {batches.length === 0 ? (
            <Empty>
              <p>{say.data.noBatches}</p>
            </Empty>
          ) : (
            <div className="stack">
              <BatchesTable batches={batches} />
              <Pager total={total} offset={offset} limit={LIMIT} onMove={setOffset} />
            </div>
          )}
          <Card title={say.data.datasets}>
            <Datasets pipeline={pipeline} datasets={datasets} />
          </Card>
        </>
      )}
    </Loaded>
  );
}

function BatchesTable({ batches }: { readonly batches: readonly BatchSummary[] }) {
  const { say, format } = useLanguage();
  const count = (rows: number | null): string => (rows === null ? "–" : format.number(rows));
  return (
    <TableFrame label={say.data.batches}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{say.data.batch}</th>
            <th scope="col">{say.data.state}</th>
            <th scope="col" className="number">
              {say.data.read}
            </th>
            <th scope="col" className="number">
              {say.data.accepted}
            </th>
            <th scope="col" className="number">
              {say.data.quarantined}
            </th>
            <th scope="col" className="number">
              {say.data.bytes}
            </th>
            <th scope="col">{say.data.received}</th>
          </tr>
        </thead>
        <tbody>
          {batches.map((batch) => (
            <tr key={batch.id}>
              <td className="break">
                <Link href={`/data/batches/${batch.id}`}>{`#${batch.id}`}</Link> <span className="small soft">{batch.name}</span>
                {batch.reason !== null && <div className="small wrong">{batch.reason}</div>}
              </td>
              <td>
                <Badge tone={stateTone(batch.state)}>{say.data.states[batch.state]}</Badge>
              </td>
              <td className="number">{count(batch.rowsRead)}</td>
              <td className="number">{count(batch.rowsAccepted)}</td>
              <td className="number">{count(batch.rowsQuarantined)}</td>
              <td className="number">{format.bytes(batch.bytes)}</td>
              <td className="nowrap">{format.time(batch.receivedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

function Datasets({ pipeline, datasets }: { readonly pipeline: string; readonly datasets: readonly DatasetSummary[] }) {
  const { say, format } = useLanguage();
  if (datasets.length === 0) return <p className="soft">{say.data.noDatasets}</p>;
  return (
    <TableFrame label={say.data.datasets} isPlain>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{say.data.dataset}</th>
            <th scope="col" className="number">
              {say.data.rows}
            </th>
            <th scope="col">{say.data.batches}</th>
            <th scope="col">{say.data.versions}</th>
            <th scope="col">{say.data.made}</th>
          </tr>
        </thead>
        <tbody>
          {datasets.map((dataset) => (
            <tr key={dataset.sha256}>
              <td className="mono">{dataset.sha256.slice(0, 16)}</td>
              <td className="number">{format.number(dataset.rows)}</td>
              <td className="small">{dataset.batches.map((batch) => `#${batch}`).join(" ")}</td>
              <td>
                {dataset.versions.map((version) => (
                  <span key={version}>
                    <Link href={`/models/${encodeURIComponent(pipeline)}/${version}`}>{`v${version}`}</Link>{" "}
                  </span>
                ))}
              </td>
              <td className="nowrap">{format.time(dataset.createdAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
