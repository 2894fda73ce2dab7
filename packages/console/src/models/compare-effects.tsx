import { useQueries } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Card } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import type { PageModel } from "../predict/page-model.js";
import { Beeswarm, largestEffect } from "./beeswarm.js";
import { ColumnChoice, Dependence } from "./dependence.js";
import { type ColumnEffects, effectsByColumn, isNumeric, modelQuery } from "./effects.js";

const MOST_COLUMNS = 8;

interface VersionEffects {
  readonly name: string;
  readonly columns: readonly ColumnEffects[];
}

/** Beeswarms side by side and dependence plots over each other: the same rows, the same columns, the same scale. */
export function CompareEffects({ pipeline, versions }: { readonly pipeline: string; readonly versions: readonly number[] }) {
  const { say } = useLanguage();
  const models = useQueries({
    queries: versions.map((version) => modelQuery(pipeline, version)),
    combine: (found) => found.flatMap(({ data }) => (data === undefined ? [] : [data])),
  });
  const isComplete = models.length === versions.length;
  const effects = useMemo(() => (isComplete ? effectsOf(models) : []), [models, isComplete]);
  const [chosen, setChosen] = useState<string | null>(null);
  const names = useMemo(() => strongestColumns(effects), [effects]);
  const numeric = names.filter((name) =>
    effects.some(({ columns }) => columns.some((each) => each.name === name && isNumeric(each))),
  );
  const column = numeric.find((name) => name === chosen) ?? numeric[0];
  const series = useMemo(
    () =>
      effects.flatMap(({ name, columns }) => {
        const own = columns.find((each) => each.name === column);
        return own === undefined ? [] : [{ name, column: own }];
      }),
    [effects, column],
  );
  if (!isComplete) return <div className="skeleton" role="status" aria-label={say.shell.loading} />;
  if (names.length === 0) return null;
  const most = Math.max(...effects.map(({ columns }) => largestEffect(columns)));
  return (
    <>
      <Card title={say.models.beeswarm} aside={<span className="soft small">{say.models.beeswarmCaption}</span>}>
        <div className="columns">
          {effects.map(({ name, columns }) => (
            <figure key={name} className="stack">
              <figcaption>
                <strong>{name}</strong>
              </figcaption>
              <Beeswarm
                columns={names.slice(0, MOST_COLUMNS).flatMap((each) => columns.find((own) => own.name === each) ?? [])}
                most={most}
              />
            </figure>
          ))}
        </div>
      </Card>
      {column !== undefined && (
        <Card title={say.models.dependence} aside={<ColumnChoice names={numeric} chosen={column} onChoose={setChosen} />}>
          <Dependence series={series} />
        </Card>
      )}
    </>
  );
}

/** On the example rows of the newest version that all can read, else each on its own. */
function effectsOf(models: readonly PageModel[]): VersionEffects[] {
  const common = models.at(-1)?.examples ?? [];
  return models.map((model) => {
    const columns = effectsByColumn(model, common);
    return { name: `v${model.version}`, columns: columns.length > 0 ? columns : effectsByColumn(model, model.examples) };
  });
}

/** Columns of all versions by their largest share of a version's effects. */
function strongestColumns(effects: readonly VersionEffects[]): string[] {
  const weights = new Map<string, number>();
  for (const { columns } of effects) {
    const all = columns.reduce((sum, { weight }) => sum + weight, 0) || 1;
    for (const { name, weight } of columns) weights.set(name, Math.max(weights.get(name) ?? 0, weight / all));
  }
  return [...weights].sort(([, one], [, other]) => other - one).map(([name]) => name);
}
