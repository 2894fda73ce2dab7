import { Card } from "../design/parts.js";
import { TableFrame } from "../design/table-frame.js";
import { useLanguage } from "../language/language.js";
import { inWords } from "../predict/reasons.js";

/** What the accepted values of a column look like: quantiles at 0, 1, 5, 25, 50, 75, 95, 99 and 100 %, or the most frequent levels. */
interface ColumnProfile {
  readonly kind: "number" | "category";
  readonly missing: number;
  readonly quantiles?: readonly number[];
  readonly levels?: readonly { readonly level: string; readonly rows: number }[];
}

interface Profile {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ColumnProfile>>;
  /** What changed since the batch before, in sentences. */
  readonly changes?: readonly string[];
}

function isProfile(value: unknown): value is Profile {
  return (
    typeof value === "object" && value !== null && "columns" in value && typeof value.columns === "object" && "rows" in value
  );
}

/** Missing values and distribution of each column of a batch, and what is new since the one before. */
export function ProfileTable({ profile }: { readonly profile: unknown }) {
  const { say, format } = useLanguage();
  if (!isProfile(profile)) return null;
  const { rows, columns, changes = [] } = profile;
  return (
    <Card title={say.data.profile}>
      <div className="stack">
        {changes.map((change) => (
          <p key={change} className="notice notice-warn">
            {change}
          </p>
        ))}
        <TableFrame label={say.data.profile} isPlain>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{say.data.column}</th>
                <th scope="col" className="number">
                  {say.data.missing}
                </th>
                <th scope="col" className="number">
                  {say.data.median}
                </th>
                <th scope="col">{say.data.distribution}</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(columns).map(([name, column]) => (
                <tr key={name}>
                  <td>{inWords(name)}</td>
                  <td className="number">{column.missing === 0 || rows === 0 ? "0" : format.percent(column.missing / rows)}</td>
                  <td className="number">{column.quantiles?.[4] === undefined ? "" : format.number(column.quantiles[4])}</td>
                  <td className="wide">
                    <Distribution column={column} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      </div>
    </Card>
  );
}

const MOST_LEVELS = 6;

function Distribution({ column }: { readonly column: ColumnProfile }) {
  const { format } = useLanguage();
  const { quantiles = [], levels = [] } = column;
  const [low, , fifth, quarter, middle, threeQuarters, ninetyFifth, , high] = quantiles;
  if (low === undefined || high === undefined || fifth === undefined || ninetyFifth === undefined) {
    const text = levels.slice(0, MOST_LEVELS).map(({ level, rows }) => `${level} ${format.number(rows)}`);
    return <span className="small soft break">{text.join(" · ") + (levels.length > MOST_LEVELS ? " · …" : "")}</span>;
  }
  const place = (value: number | undefined): number => (high > low ? (((value ?? low) - low) / (high - low)) * 100 : 50);
  return (
    <span className="row small soft">
      {format.number(low)}
      <svg className="box-plot" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">
        <line x1={0} x2={100} y1={8} y2={8} />
        <rect x={place(fifth)} width={Math.max(0.6, place(ninetyFifth) - place(fifth))} y={5} height={6} opacity={0.35} />
        <rect x={place(quarter)} width={Math.max(0.6, place(threeQuarters) - place(quarter))} y={3} height={10} opacity={0.7} />
        <rect className="box-plot-middle" x={place(middle)} width={0.8} y={1} height={14} />
      </svg>
      {format.number(high)}
    </span>
  );
}
