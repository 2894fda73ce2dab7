import type { VersionDetail } from "@atalaya/api";
import { useQueries } from "@tanstack/react-query";
import { lazy, Suspense, useMemo } from "react";
import { Link } from "wouter";
import { Elsewhere } from "../design/elsewhere.js";
import { Card, Loaded, ScreenHead } from "../design/parts.js";
import { TableFrame } from "../design/table-frame.js";
import type { Messages } from "../language/english/english.js";
import type { Formats } from "../language/formats.js";
import { useLanguage } from "../language/language.js";
import { inWords } from "../predict/reasons.js";
import { addresses, keys } from "../server/answers.js";
import { ask } from "../server/ask.js";
import { ImportanceBar } from "./importance-bar.js";
import { VerdictBadge } from "./models-screen.js";
import { isBetter, lessIsBetter, measuredValue, type Report, readReport } from "./report.js";
import { MeasuredValue } from "./version-screen.js";
import "./models.css";

const CompareEffects = lazy(async () => ({ default: (await import("./compare-effects.js")).CompareEffects }));
const CalibrationCard = lazy(async () => ({ default: (await import("./calibration.js")).CalibrationCard }));

/** Two or more versions side by side: metrics, slices, what they look at, parameters, data. */
export function CompareScreen({ pipeline, versions }: { readonly pipeline: string; readonly versions: string }) {
  const { say } = useLanguage();
  const numbers = versions
    .split(",")
    .map(Number)
    .filter((number) => Number.isInteger(number) && number > 0);
  const found = useQueries({
    queries: numbers.map((version) => ({
      queryKey: keys.version(pipeline, version),
      queryFn: () => ask<VersionDetail>(addresses.version(pipeline, version)),
    })),
  });
  const details = found.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const error = found.find((each) => each.error !== null)?.error ?? null;
  return (
    <div className="screen">
      <p>
        <Link href={`/models/${encodeURIComponent(pipeline)}`}>{`← ${say.models.back}`}</Link>
      </p>
      <ScreenHead title={`${say.models.compare}: ${pipeline} ${numbers.map((number) => `v${number}`).join(", ")}`}>
        <Elsewhere
          address={addresses.version(pipeline, numbers[0] ?? 1)}
          command={`atalaya models show ${pipeline} ${numbers[0] ?? 1}`}
        />
      </ScreenHead>
      <Loaded query={{ data: details.length === numbers.length ? details : undefined, error }}>
        {(all) => <Comparison details={all} />}
      </Loaded>
    </div>
  );
}

/** A metric of every version, the best one marked. */
function useMetricLine(details: readonly VersionDetail[], reports: readonly (Report | null)[]): (name: string) => Line {
  const { say } = useLanguage();
  return (name: string): Line => {
    const values = reports.map((report) => measuredValue(report?.metrics[name]));
    const best = values.reduce((so, value) => (value === null || (so !== null && !isBetter(name, value, so)) ? so : value), null);
    return {
      name: `${name} (${lessIsBetter(name) ? say.models.less : say.models.more})`,
      cells: reports.map((report, position) => (
        <span key={details[position]?.version} className={values[position] !== null && values[position] === best ? "better" : ""}>
          <MeasuredValue measured={report?.metrics[name]} isBest={values[position] !== null && values[position] === best} />
        </span>
      )),
    };
  };
}

interface Line {
  readonly name: string;
  readonly cells: readonly React.ReactNode[];
}

interface LineGroup {
  readonly title: string;
  readonly lines: readonly Line[];
}

function Comparison({ details }: { readonly details: readonly VersionDetail[] }) {
  const { say, format } = useLanguage();
  const reports = useMemo(() => details.map(({ report }) => readReport(report)), [details]);
  const named = useMemo(() => reports.map((report, at) => ({ name: `v${details[at]?.version}`, report })), [reports, details]);
  const most = Math.max(1e-12, ...reports.map((report) => report?.explanation?.importance[0]?.meanAbsoluteEffect ?? 0));
  const metrics = [...new Set(reports.flatMap((report) => Object.keys(report?.metrics ?? {})))];
  const parameters = details.map((detail) => detail.parameters as Readonly<Record<string, unknown>>);
  const names = [...new Set(parameters.flatMap((each) => Object.keys(each)))];
  const features = [
    ...new Set(reports.flatMap((report) => report?.explanation?.importance.slice(0, 10).map(({ feature }) => feature) ?? [])),
  ];
  const slices = [
    ...new Set(reports.flatMap((report) => report?.slices.slice(0, 10).map(({ column, slice }) => `${column} = ${slice}`) ?? [])),
  ];
  const [metric = ""] = metrics;
  const measuredLine = useMetricLine(details, reports);
  const lines: readonly LineGroup[] = [
    { title: say.models.metrics, lines: metrics.map(measuredLine) },
    {
      title: say.models.gates,
      lines: [
        {
          name: say.models.verdict,
          cells: details.map((detail) => <VerdictBadge key={detail.version} verdict={detail.verdict} />),
        },
        { name: say.models.reason, cells: details.map(({ reasons }) => reasons.join("; ")) },
      ],
    },
    {
      title: `${say.models.slices}: ${metric}`,
      lines: slices.map((name) => ({
        name,
        cells: reports.map((report) => {
          const slice = report?.slices.find((each) => `${each.column} = ${each.slice}` === name);
          return <MeasuredValue key={report?.rows} measured={slice?.metrics[metric]} />;
        }),
      })),
    },
    {
      title: say.models.importance,
      lines: features.map((name) => ({
        name: inWords(name),
        cells: reports.map((report) => {
          const effect = report?.explanation?.importance.find(({ feature }) => feature === name)?.meanAbsoluteEffect;
          return effect === undefined ? "–" : <ImportanceBar key={report?.rows} effect={effect} most={most} />;
        }),
      })),
    },
    {
      title: say.models.parameters,
      lines: names.map((name) => ({
        name: inWords(name),
        cells: parameters.map((each) =>
          typeof each[name] === "number" ? format.number(each[name]) : inWords(String(each[name] ?? "–")),
        ),
      })),
    },
    dataLines(details, say, format),
  ];
  return (
    <>
      {lines
        .filter(({ lines: own }) => own.length > 0)
        .map(({ title, lines: own }) => (
          <Card key={title} title={title}>
            <ComparisonTable title={title} lines={own} details={details} />
          </Card>
        ))}
      <Suspense fallback={<div className="skeleton" />}>
        <CalibrationCard reports={named} unit={null} />
        <CompareEffects pipeline={details[0]?.pipeline ?? ""} versions={details.map(({ version }) => version)} />
      </Suspense>
    </>
  );
}

/** What each version was made of. */
function dataLines(details: readonly VersionDetail[], say: Messages, format: Formats): LineGroup {
  return {
    title: say.models.dataset,
    lines: [
      {
        name: say.models.dataset,
        cells: details.map(({ dataset }) => <code key={dataset}>{dataset?.slice(0, 12) ?? "–"}</code>),
      },
      { name: say.models.batches, cells: details.map(({ lineage }) => format.number(lineage.batches.length)) },
      { name: say.models.trained, cells: details.map(({ createdAt }) => format.time(createdAt)) },
    ],
  };
}

function ComparisonTable(props: {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly details: readonly VersionDetail[];
}) {
  const { title, lines, details } = props;
  return (
    <TableFrame label={title} isPlain>
      <table className="table compared">
        <thead>
          <tr>
            <th scope="col">{title}</th>
            {details.map(({ version, pipeline }) => (
              <th key={version} scope="col">
                <Link href={`/models/${encodeURIComponent(pipeline)}/${version}`}>{`v${version}`}</Link>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ name, cells }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, position) => (
                <td key={details[position]?.version}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
