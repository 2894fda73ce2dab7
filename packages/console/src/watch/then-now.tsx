import type { DriftBin } from "@atalaya/learn";
import { useLanguage } from "../language/language.js";

const MOST_BINS = 14;

/** Bins of training beside those of now; the title of a pair says its numbers. */
export function ThenNow({ bins: all, isLarge = false }: { readonly bins: readonly DriftBin[]; readonly isLarge?: boolean }) {
  const { say, format } = useLanguage();
  const bins = all.slice(0, MOST_BINS);
  const most = Math.max(...bins.flatMap(({ expected, actual }) => [expected, actual]), 1e-9);
  const named = useBinNames();
  const text = bins
    .map(({ label, expected, actual }) => `${named(label)}: ${format.percent(expected)} → ${format.percent(actual)}`)
    .join("; ");
  return (
    <svg
      className={isLarge ? "then-now then-now-large" : "then-now"}
      viewBox={`0 0 ${bins.length * 12} 34`}
      role="img"
      aria-label={`${say.watch.before} → ${say.watch.now}. ${text}`}
      style={isLarge ? {} : { width: bins.length * 17 }}
      preserveAspectRatio="none"
    >
      {bins.map(({ label, expected, actual }, position) => (
        <g key={label}>
          <title>{`${named(label)}: ${say.watch.before} ${format.percent(expected)}, ${say.watch.now} ${format.percent(actual)}`}</title>
          <rect
            className="then"
            x={position * 12 + 1}
            width={4.5}
            y={34 - (expected / most) * 33}
            height={(expected / most) * 33}
          />
          <rect className="now" x={position * 12 + 6} width={4.5} y={34 - (actual / most) * 33} height={(actual / most) * 33} />
        </g>
      ))}
    </svg>
  );
}

/** Edges of bins as people write numbers; names of levels as they are. */
function useBinNames(): (label: string) => string {
  const { say, format } = useLanguage();
  return (label) => {
    const [, side, edge] = /^([≤>]) (-?\d[\d.e+-]*)$/.exec(label) ?? [];
    if (side !== undefined && edge !== undefined) return `${side} ${format.number(Number(edge))}`;
    return label === "missing" ? say.predict.missing : label;
  };
}

/** A large one with its two ends named and what is drawn how. */
export function NamedThenNow(props: { readonly title: string; readonly bins: readonly DriftBin[] }) {
  const { title, bins } = props;
  const { say } = useLanguage();
  const named = useBinNames();
  const shown = bins.slice(0, MOST_BINS).filter(({ expected, actual, label }) => label !== "missing" || expected + actual > 0);
  if (shown.length === 0) return null;
  return (
    <figure className="stack">
      <figcaption className="small soft">{title}</figcaption>
      <ThenNow bins={shown} isLarge />
      <div className="ends small soft" aria-hidden="true">
        <span className="clip">{named(shown[0]?.label ?? "")}</span>
        <span className="clip">{named(shown.at(-1)?.label ?? "")}</span>
      </div>
      <ul className="legend small soft">
        <li>
          <span className="swatch swatch-then" />
          {say.watch.before}
        </li>
        <li>
          <span className="swatch" />
          {say.watch.now}
        </li>
      </ul>
    </figure>
  );
}

/** Usual reading of the index: under 0.1 stable, over 0.25 another distribution. */
export function toneOf(psi: number): { readonly tone: "good" | "warn" | "bad"; readonly word: "stable" | "moving" | "shifted" } {
  if (psi < 0.1) return { tone: "good", word: "stable" };
  return psi < 0.25 ? { tone: "warn", word: "moving" } : { tone: "bad", word: "shifted" };
}
