import type { PipelineModels, VersionSummary } from "@atalaya/api";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { Elsewhere } from "../design/elsewhere.js";
import { Badge, Card, Empty, Loaded, ScreenHead } from "../design/parts.js";
import { TableFrame } from "../design/table-frame.js";
import { stateTone } from "../home/home.js";
import { useLanguage } from "../language/language.js";
import { addresses, useModels } from "../server/answers.js";
import { PipelineTabs } from "../shell/pipeline-tabs.js";
import { MoveHistory } from "./move-history.js";
import { PromoteButton, RollBackButton } from "./moves.js";

export function ModelsScreen({ pipeline }: { readonly pipeline: string | null }) {
  const { say } = useLanguage();
  return (
    <div className="screen">
      <ScreenHead title={say.models.title} text={say.models.text}>
        {pipeline !== null && <Elsewhere address={addresses.models(pipeline)} command={`atalaya models list ${pipeline}`} />}
      </ScreenHead>
      <PipelineTabs screen="models" chosen={pipeline} />
      {pipeline !== null && <Versions key={pipeline} pipeline={pipeline} />}
    </div>
  );
}

function Versions({ pipeline }: { readonly pipeline: string }) {
  const { say } = useLanguage();
  const models = useModels(pipeline);
  return (
    <Loaded query={models}>
      {(found) =>
        found.versions.length === 0 ? (
          <Empty>
            <p>{say.models.noVersions}</p>
          </Empty>
        ) : (
          <>
            <VersionsTable models={found} />
            <Card title={say.models.history}>
              <MoveHistory pipeline={pipeline} moves={found.moves} />
            </Card>
          </>
        )
      }
    </Loaded>
  );
}

const MOST_METRICS = 4;

function VersionsTable({ models }: { readonly models: PipelineModels }) {
  const { say, format } = useLanguage();
  const { pipeline, versions } = models;
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [, navigate] = useLocation();
  const production = productionOf(versions);
  const metrics = [...new Set(versions.flatMap((version) => Object.keys(version.metrics)))].slice(0, MOST_METRICS);
  const choose = (version: number): void =>
    setChosen(chosen.includes(version) ? chosen.filter((each) => each !== version) : [...chosen, version].slice(-6));
  return (
    <div className="stack">
      <div className="row">
        <button
          type="button"
          className="button"
          disabled={chosen.length < 2}
          onClick={() =>
            navigate(`/models/${encodeURIComponent(pipeline)}/compare/${[...chosen].sort((a, b) => a - b).join(",")}`)
          }
        >
          {chosen.length < 2 ? say.models.compareHint : say.models.comparing(chosen.length)}
        </button>
        <RollBackButton pipeline={pipeline} production={production} />
      </div>
      <TableFrame label={say.models.title}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{say.models.compare}</th>
              <th scope="col">{say.models.version}</th>
              <th scope="col">{say.models.verdict}</th>
              {metrics.map((name) => (
                <th key={name} scope="col" className="number">
                  {name}
                </th>
              ))}
              <th scope="col">{say.models.reason}</th>
              <th scope="col">{say.models.trained}</th>
              <th scope="col">
                <span className="hidden-visually">{say.models.confirmPromote}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {versions.map((version) => (
              <tr key={version.version}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`${say.models.compare} ${say.predict.version(version.version)}`}
                    checked={chosen.includes(version.version)}
                    onChange={() => choose(version.version)}
                  />
                </td>
                <td className="nowrap">
                  <Link href={`/models/${encodeURIComponent(pipeline)}/${version.version}`}>{`v${version.version}`}</Link>{" "}
                  {version.aliases.map((alias) => (
                    <Badge key={alias} tone="live" plain>
                      {alias}
                    </Badge>
                  ))}
                </td>
                <td>
                  <VerdictBadge verdict={version.verdict} />
                </td>
                {metrics.map((name) => (
                  <td key={name} className="number">
                    {version.metrics[name] == null ? "–" : format.number(version.metrics[name])}
                  </td>
                ))}
                <td className="small break">{reasonOf(version)}</td>
                <td className="nowrap small">{format.time(version.createdAt)}</td>
                <td className="nowrap">
                  <PromoteButton pipeline={pipeline} version={version.version} production={production} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </div>
  );
}

export function productionOf(versions: readonly VersionSummary[]): number | null {
  return versions.find(({ aliases }) => aliases.includes("production"))?.version ?? null;
}

/** Why it was refused; of a promoted one the first gate. */
function reasonOf({ reasons }: VersionSummary): string {
  return reasons.find((reason) => reason.startsWith("refused")) ?? reasons[0] ?? "";
}

export function VerdictBadge({ verdict }: { readonly verdict: string }) {
  const { say } = useLanguage();
  const words: Readonly<Record<string, string>> = { promoted: say.models.promoted, refused: say.models.refused };
  return <Badge tone={stateTone(verdict)}>{words[verdict] ?? verdict}</Badge>;
}
