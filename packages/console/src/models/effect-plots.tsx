import { useMemo, useState } from "react";
import { Card } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { inWords } from "../predict/reasons.js";
import { Beeswarm } from "./beeswarm.js";
import { ColumnChoice, Dependence } from "./dependence.js";
import { effectsByColumn, isNumeric, useModelOf } from "./effects.js";

const MOST_COLUMNS = 10;

/** Effects of the columns on the model's own example rows, computed here out of its bundle. */
export function EffectPlots({ pipeline, version }: { readonly pipeline: string; readonly version: number }) {
  const { say } = useLanguage();
  const model = useModelOf(pipeline, version);
  const columns = useMemo(() => (model.data === undefined ? [] : effectsByColumn(model.data, model.data.examples)), [model.data]);
  const [chosen, setChosen] = useState<string | null>(null);
  const numeric = columns.filter(isNumeric);
  const column = numeric.find(({ name }) => name === chosen) ?? numeric[0];
  const series = useMemo(() => (column === undefined ? [] : [{ name: inWords(column.name), column }]), [column]);
  if (columns.length === 0) return null;
  return (
    <div className="columns">
      <Card title={say.models.beeswarm} aside={<span className="soft small">{say.models.beeswarmCaption}</span>}>
        <Beeswarm columns={columns.slice(0, MOST_COLUMNS)} />
      </Card>
      {column !== undefined && (
        <Card
          title={say.models.dependence}
          aside={<ColumnChoice names={numeric.map(({ name }) => name)} chosen={column.name} onChoose={setChosen} />}
        >
          <Dependence series={series} />
        </Card>
      )}
    </div>
  );
}
