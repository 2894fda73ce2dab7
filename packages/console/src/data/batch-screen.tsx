import type { BatchDetail } from "@atalaya/api";
import { useState } from "react";
import { Link } from "wouter";
import { Elsewhere } from "../design/elsewhere.js";
import { Badge, Card, Facts, Loaded, Pager, ScreenHead } from "../design/parts.js";
import { TableFrame } from "../design/table-frame.js";
import { stateTone } from "../home/home.js";
import { useLanguage } from "../language/language.js";
import { addresses, useBatch } from "../server/answers.js";
import { ProfileTable } from "./profile.js";
import { ReleaseButton } from "./release.js";

const LIMIT = 100;

/** One batch: what came, what was refused of it and why. */
export function BatchScreen({ batch: id }: { readonly batch: string }) {
  const { say } = useLanguage();
  const [offset, setOffset] = useState(0);
  const batch = useBatch(id, offset);
  return (
    <div className="screen">
      <p>
        <Link href={`/data/${encodeURIComponent(batch.data?.pipeline ?? "")}`}>{`← ${say.data.back}`}</Link>
      </p>
      <Loaded query={batch}>{(found) => <BatchView batch={found} onMove={setOffset} />}</Loaded>
    </div>
  );
}

function BatchView({ batch, onMove }: { readonly batch: BatchDetail; readonly onMove: (offset: number) => void }) {
  const { say, format } = useLanguage();
  const count = (rows: number | null): string => (rows === null ? "–" : format.number(rows));
  return (
    <>
      <ScreenHead title={`${say.data.batch} #${batch.id}`} text={<span className="break">{batch.name}</span>}>
        <Badge tone={stateTone(batch.state)}>{say.data.states[batch.state]}</Badge>
        {(batch.state === "refused" || batch.state === "failed") && <ReleaseButton batch={batch.id} />}
        <Elsewhere address={addresses.batch(String(batch.id), 0)} command={null} />
      </ScreenHead>
      {batch.reason !== null && (
        <p className="notice notice-bad" role="alert">
          {batch.reason}
        </p>
      )}
      <Card title={say.data.where}>
        <div className="stack">
          <Facts
            facts={[
              { name: say.shell.pipeline, value: batch.pipeline },
              { name: say.data.received, value: format.time(batch.receivedAt) },
              { name: say.data.read, value: count(batch.rowsRead) },
              { name: say.data.accepted, value: count(batch.rowsAccepted) },
              { name: say.data.quarantined, value: count(batch.rowsQuarantined) },
              { name: say.data.bytes, value: format.bytes(batch.bytes) },
              {
                name: say.runs.run,
                value: batch.run === null ? "–" : <Link href={`/runs/${batch.run}`}>{batch.run.slice(0, 8)}</Link>,
              },
            ]}
          />
          <pre className="code">{[batch.object.key, ...batch.silver.map(({ key }) => key)].join("\n")}</pre>
        </div>
      </Card>
      {batch.released !== null && <p className="notice">{say.data.releasedBy(batch.released.who, batch.released.why)}</p>}
      <ProfileTable profile={batch.profile} />
      <Card title={say.data.quarantine}>
        {batch.reasons.length === 0 ? (
          <p className="soft">{say.data.noQuarantine}</p>
        ) : (
          <div className="stack">
            <ul className="gates">
              {batch.reasons.slice(0, 20).map(({ column, reason, rows }) => (
                <li key={`${column} ${reason}`}>
                  <strong>{format.number(rows)}</strong>
                  <span className="break">{`${column ?? say.data.wholeRow}: ${reason}`}</span>
                </li>
              ))}
            </ul>
            <Quarantined batch={batch} />
            <Pager total={batch.rowsQuarantined ?? 0} offset={batch.offset} limit={LIMIT} onMove={onMove} />
          </div>
        )}
      </Card>
    </>
  );
}

function Quarantined({ batch }: { readonly batch: BatchDetail }) {
  const { say, format } = useLanguage();
  return (
    <TableFrame label={say.data.quarantine}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col" className="number">
              {say.data.line}
            </th>
            <th scope="col">{say.data.column}</th>
            <th scope="col">{say.data.reason}</th>
            <th scope="col">{say.data.content}</th>
          </tr>
        </thead>
        <tbody>
          {batch.quarantined.map(({ line, column, reason, text }) => (
            <tr key={`${line} ${column} ${reason} ${text}`}>
              <td className="number">{line === null ? "–" : format.number(line)}</td>
              <td>{column ?? say.data.wholeRow}</td>
              <td>{reason}</td>
              <td className="mono break">{text?.slice(0, 400)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
