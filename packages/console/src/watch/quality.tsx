import { Card, Facts } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { useQuality } from "../server/answers.js";

/** How good the answers were, as far as somebody has told the truth. Nothing where the server keeps no truth. */
export function Quality({ pipeline }: { readonly pipeline: string }) {
  const { say, format } = useLanguage();
  const quality = useQuality(pipeline);
  if (quality.data === undefined) return null;
  const { versions } = quality.data;
  return (
    <Card title={say.watch.quality}>
      {versions.length === 0 && <p className="soft">{say.watch.noQuality}</p>}
      {versions.map(({ version, rows, from, to, metrics }) => (
        <div key={version} className="stack">
          <h3>{say.watch.qualityOf(version, format.number(rows), format.time(from), format.time(to))}</h3>
          <Facts
            facts={Object.entries(metrics).map(([name, value]) => ({ name, value: value === null ? "–" : format.number(value) }))}
          />
        </div>
      ))}
    </Card>
  );
}
