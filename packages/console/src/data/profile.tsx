import { Card } from "../design/parts.js";
import { TableFrame } from "../design/table-frame.js";
import { useLanguage } from "../language/language.js";
import { shapeOf } from "../predict/page-model.js";
import { inWords } from "../predict/reasons.js";

interface ColumnProfile {
  readonly name: string;
  readonly missing?: number;
  readonly rows?: number;
  readonly quantiles?: readonly number[];
  readonly levels?: readonly { readonly level: string; readonly rows: number }[];
}

/** A profile is a list of sketches, or an object that has one as `columns`. */
function columnsOf(profile: unknown): readonly ColumnProfile[] {
  const list = Array.isArray(profile) ? profile : ((profile as { columns?: unknown } | null)?.columns ?? null);
  if (!Array.isArray(list)) return [];
  return (list as readonly unknown[]).filter(
    (entry): entry is ColumnProfile =>
      typeof entry === "object" && entry !== null && typeof (entry as ColumnProfile).name === "string",
  );
}

/** Counts, missing values and distribution of each column of a batch. */
export function ProfileTable({ profile }: { readonly profile: unknown }) {
  const { say, format } = useLanguage();
  const columns = columnsOf(profile);
  if (columns.length === 0) return null;
  return (
    <Card title={say.data.profile}>
      <TableFrame label={say.data.profile} isPlain>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{say.data.column}</th>
              <th scope="col" className="number">
                {say.data.missing}
              </th>
              <th scope="col">{say.data.distribution}</th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => (
              <tr key={column.name}>
                <td>{inWords(column.name)}</td>
                <td className="number">{column.missing === undefined ? "–" : format.number(column.missing)}</td>
                <td>
                  <Distribution column={column} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </Card>
  );
}

function Distribution({ column }: { readonly column: ColumnProfile }) {
  const { format } = useLanguage();
  const { quantiles = [], levels = [] } = column;
  const low = quantiles[0];
  const high = quantiles.at(-1);
  if (low === undefined || high === undefined) {
    return (
      <span className="small soft break">
        {levels
          .slice(0, 6)
          .map(({ level, rows }) => `${level} ${format.number(rows)}`)
          .join(" · ")}
      </span>
    );
  }
  const parts = shapeOf(quantiles);
  const most = Math.max(...parts, 1e-12);
  return (
    <span className="row small soft">
      {format.number(low)}
      <svg className="tiny-shape" viewBox={`0 0 ${Math.max(1, parts.length)} 10`} preserveAspectRatio="none" aria-hidden="true">
        {parts.map((part, position) => {
          const key = `${position}`;
          const height = (part / most) * 10;
          return <rect key={key} x={position} width={0.92} y={10 - height} height={height} />;
        })}
      </svg>
      {format.number(high)}
    </span>
  );
}
