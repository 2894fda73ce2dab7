import type { RunTrial } from "@atalaya/api";
import { Badge, Card } from "../design/parts.js";
import { TableFrame } from "../design/table-frame.js";
import { useLanguage } from "../language/language.js";

/** The tuner's attempts, as they come. */
export function Trials({ trials }: { readonly trials: readonly RunTrial[] }) {
  const { say, format } = useLanguage();
  const names = [...new Set(trials.flatMap(({ metrics }) => Object.keys(objectOf(metrics))))];
  return (
    <Card title={`${say.runs.trials} (${trials.length})`}>
      <TableFrame label={say.runs.trials} isPlain>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{say.runs.trial}</th>
              {names.map((name) => (
                <th key={name} scope="col" className="number">
                  {name}
                </th>
              ))}
              <th scope="col" className="number">
                {say.runs.took}
              </th>
              <th scope="col">{say.runs.parameters}</th>
            </tr>
          </thead>
          <tbody>
            {trials.map((trial) => (
              <tr key={`${trial.study} ${trial.number}`}>
                <td className="nowrap">
                  {trial.number} {trial.state !== "done" && <Badge tone="warn">{trial.state}</Badge>}
                </td>
                {names.map((name) => {
                  const value = objectOf(trial.metrics)[name];
                  return (
                    <td key={name} className="number">
                      {typeof value === "number" ? format.number(value) : "–"}
                    </td>
                  );
                })}
                <td className="number">{format.duration(trial.seconds)}</td>
                <td className="mono break wide">{parametersText(trial.parameters, format.number)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </Card>
  );
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** `learningRate 0.1, leaves 31`; the learner's own parameters stand one level deeper. */
function parametersText(parameters: unknown, number: (value: number) => string): string {
  const outer = objectOf(parameters);
  const inner = objectOf(outer.parameters ?? outer);
  return Object.entries(inner)
    .map(([name, value]) => `${name} ${typeof value === "number" ? number(value) : String(value)}`)
    .join(", ");
}
