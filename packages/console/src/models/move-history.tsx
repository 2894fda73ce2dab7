import type { AliasMoveSummary } from "@atalaya/api";
import { Link } from "wouter";
import { TableFrame } from "../design/table-frame.js";
import { useLanguage } from "../language/language.js";

export function MoveHistory({ pipeline, moves }: { readonly pipeline: string; readonly moves: readonly AliasMoveSummary[] }) {
  const { say, format } = useLanguage();
  if (moves.length === 0) return <p className="soft">{say.models.noMoves}</p>;
  const version = (number: number | null) =>
    number === null ? "–" : <Link href={`/models/${encodeURIComponent(pipeline)}/${number}`}>{`v${number}`}</Link>;
  return (
    <TableFrame label={say.models.history} isPlain>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{say.models.when}</th>
            <th scope="col">{say.models.aliases}</th>
            <th scope="col">{say.models.from}</th>
            <th scope="col">{say.models.to}</th>
            <th scope="col">{say.models.by}</th>
            <th scope="col">{say.models.reason}</th>
          </tr>
        </thead>
        <tbody>
          {moves.map((move) => (
            <tr key={`${move.at} ${move.to}`}>
              <td className="nowrap">{format.time(move.at)}</td>
              <td>{move.alias}</td>
              <td>{version(move.from)}</td>
              <td>{version(move.to)}</td>
              <td className="break slice">{move.who}</td>
              <td className="break small wide">{move.why}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
