import type { VersionDetail } from "@atalaya/api";
import { lazy, Suspense, useMemo } from "react";
import { Link } from "wouter";
import { Elsewhere } from "../design/elsewhere.js";
import { Badge, Card, Facts, Loaded, ScreenHead } from "../design/parts.js";
import { TableFrame } from "../design/table-frame.js";
import { useLanguage } from "../language/language.js";
import { inWords } from "../predict/reasons.js";
import { addresses, useModels, useVersion } from "../server/answers.js";
import { CommentsCard } from "./comments.js";
import { LineageView } from "./lineage.js";
import { productionOf, VerdictBadge } from "./models-screen.js";
import { MoveHistory } from "./move-history.js";
import { PromoteButton } from "./moves.js";
import { type Measured, type Report, readReport } from "./report.js";
import "./models.css";

const CalibrationCard = lazy(async () => ({ default: (await import("./calibration.js")).CalibrationCard }));
const EffectPlots = lazy(async () => ({ default: (await import("./effect-plots.js")).EffectPlots }));

/** The model card: what it is, how it did, why it was let in or not, and what it was made of. */
export function VersionScreen({ pipeline, version }: { readonly pipeline: string; readonly version: number }) {
  const { say } = useLanguage();
  const detail = useVersion(pipeline, version);
  return (
    <div className="screen">
      <p>
        <Link href={`/models/${encodeURIComponent(pipeline)}`}>{`← ${say.models.back}`}</Link>
      </p>
      <Loaded query={detail}>{(found) => <VersionView detail={found} />}</Loaded>
    </div>
  );
}

function VersionView({ detail }: { readonly detail: VersionDetail }) {
  const { say } = useLanguage();
  const { pipeline, version } = detail;
  const models = useModels(pipeline);
  const production = models.data === undefined ? undefined : productionOf(models.data.versions);
  const report = useMemo(() => readReport(detail.report), [detail.report]);
  const named = useMemo(() => [{ name: `v${version}`, report }], [version, report]);
  return (
    <>
      <ScreenHead
        title={
          <span className="row">
            {say.audit.version(pipeline, version)} <VerdictBadge verdict={detail.verdict} />
            {detail.aliases.map((alias) => (
              <Badge key={alias} tone="live" plain>
                {alias}
              </Badge>
            ))}
          </span>
        }
      >
        {production !== undefined && <PromoteButton pipeline={pipeline} version={version} production={production} />}
        {detail.aliases.includes("production") && (
          <Link className="button" href={`/predict/${encodeURIComponent(pipeline)}`}>
            {say.nav.predict}
          </Link>
        )}
        <a className="button button-small" href={addresses.card(pipeline, version)} download={`${pipeline}-${version}-card.md`}>
          {say.models.card}
        </a>
        <a className="button button-small" href={addresses.evidence(pipeline, version)} download>
          {say.audit.download}
        </a>
        <Elsewhere address={addresses.version(pipeline, version)} command={`atalaya models show ${pipeline} ${version}`} />
      </ScreenHead>
      <div className="columns">
        <Card title={say.models.gates}>
          <Reasons reasons={detail.reasons} />
        </Card>
        <Card title={say.models.metrics} aside={report === null ? undefined : <RowsNote report={report} />}>
          <Facts
            facts={Object.entries(report?.metrics ?? {}).map(([name, measured]) => ({
              name,
              value: <MeasuredValue measured={measured} />,
            }))}
          />
          {report?.notes.map((note) => (
            <p key={note} className="small soft">
              {note}
            </p>
          ))}
        </Card>
      </div>
      <div className="columns">
        {report?.explanation != null && <Importance explanation={report.explanation} />}
        <div className="stack stack-wide">
          {report !== null && report.slices.length > 0 && <Slices report={report} />}
          <Card title={say.models.parameters}>
            <Facts
              facts={Object.entries(detail.parameters as Record<string, unknown>).map(([name, value]) => ({
                name: inWords(name),
                value: parameterText(value),
              }))}
            />
          </Card>
        </div>
      </div>
      <Suspense fallback={<div className="skeleton" />}>
        <CalibrationCard reports={named} unit={null} />
        <EffectPlots pipeline={pipeline} version={version} />
      </Suspense>
      <Card title={say.models.lineage} aside={<span className="soft small">{say.models.lineageText}</span>}>
        <LineageView lineage={detail.lineage} version={detail} />
      </Card>
      <Card title={say.models.history}>
        <MoveHistory pipeline={pipeline} moves={detail.moves} />
      </Card>
      <CommentsCard pipeline={pipeline} version={version} />
    </>
  );
}

function RowsNote({ report }: { readonly report: Report }) {
  const { say, format } = useLanguage();
  return (
    <span className="soft small">{`${report.evaluatedOn}, ${format.number(report.rows)} ${say.models.rows.toLowerCase()}`}</span>
  );
}

function parameterText(value: unknown): string {
  return typeof value === "number" ? String(Number(value.toPrecision(4))) : inWords(String(value));
}

export function MeasuredValue({
  measured,
  isBest = false,
}: {
  readonly measured: Measured | undefined;
  readonly isBest?: boolean;
}) {
  const { say, format } = useLanguage();
  if (measured === undefined) return <>–</>;
  if ("notMeasured" in measured)
    return <span className="soft small">{`${say.models.notMeasured}: ${measured.notMeasured}`}</span>;
  const { value, low, high } = measured;
  return (
    <>
      {format.number(value)}
      {isBest && " ★"}
      {low !== undefined && high !== undefined && <div className="soft">{`${format.number(low)} – ${format.number(high)}`}</div>}
    </>
  );
}

function Reasons({ reasons }: { readonly reasons: readonly string[] }) {
  const { say } = useLanguage();
  return (
    <ul className="gates">
      {reasons.map((reason) => {
        const [, verdict, text = reason] = /^(passed|refused): (.*)$/s.exec(reason) ?? [];
        return (
          <li key={reason}>
            {verdict !== undefined && (
              <Badge tone={verdict === "passed" ? "good" : "bad"}>
                {verdict === "passed" ? say.models.passed : say.models.refused}
              </Badge>
            )}
            <span className="break">{text}</span>
          </li>
        );
      })}
    </ul>
  );
}

const MOST_FEATURES = 15;

function Importance({ explanation }: { readonly explanation: NonNullable<Report["explanation"]> }) {
  const { say, format } = useLanguage();
  const most = explanation.importance[0]?.meanAbsoluteEffect ?? 1;
  return (
    <Card
      title={say.models.importance}
      aside={<span className="soft small">{say.models.importanceCaption(format.number(explanation.rows))}</span>}
    >
      <div className="stack">
        {explanation.importance.slice(0, MOST_FEATURES).map(({ feature, meanAbsoluteEffect }) => (
          <div key={feature} className="bar-cell">
            <span className="clip">{inWords(feature)}</span>
            <span className="bar-track">
              <span className="bar" style={{ display: "block", width: `${(meanAbsoluteEffect / most) * 100}%` }} />
            </span>
            <span className="small">{format.number(meanAbsoluteEffect)}</span>
          </div>
        ))}
      </div>
    </Card>
  );
}

function Slices({ report }: { readonly report: Report }) {
  const { say, format } = useLanguage();
  const names = Object.keys(report.metrics);
  return (
    <Card title={say.models.slices}>
      <TableFrame label={say.models.slices} isPlain>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{say.models.slices}</th>
              <th scope="col" className="number">
                {say.models.rows}
              </th>
              {names.map((name) => (
                <th key={name} scope="col" className="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {report.slices.map(({ column, slice, rows, metrics }) => (
              <tr key={`${column} ${slice}`}>
                <td className="slice">{`${inWords(column)} = ${slice}`}</td>
                <td className="number">{format.number(rows)}</td>
                {names.map((name) => (
                  <td key={name} className="number">
                    <MeasuredValue measured={metrics[name]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </Card>
  );
}
