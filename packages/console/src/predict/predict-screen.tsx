import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Elsewhere } from "../design/elsewhere.js";
import { Empty, Loaded, ProblemNotice, ScreenHead } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { StartRun } from "../runs/start-run.js";
import { addresses, useServed } from "../server/answers.js";
import { askBytes } from "../server/ask.js";
import { PipelineTabs } from "../shell/pipeline-tabs.js";
import { openModel, type PageModel } from "./page-model.js";
import { Workbench } from "./workbench.js";
import "./predict.css";

export function PredictScreen({ pipeline }: { readonly pipeline: string | null }) {
  const { say } = useLanguage();
  return (
    <div className="screen">
      <ScreenHead title={say.predict.title} text={say.predict.text}>
        {pipeline !== null && (
          <Elsewhere address={addresses.pipeline(pipeline)} command={`atalaya predict ${pipeline} rows.csv --explain`} />
        )}
      </ScreenHead>
      <PipelineTabs screen="predict" chosen={pipeline} />
      {pipeline !== null && <Served key={pipeline} pipeline={pipeline} />}
    </div>
  );
}

/** The model that the form was opened with stays until the user takes the new one: nothing changes under their hands. */
function Served({ pipeline }: { readonly pipeline: string }) {
  const { say } = useLanguage();
  const served = useServed(pipeline);
  const [held, setHeld] = useState<number | null>(null);
  const live = served.data?.version ?? null;
  const version = held ?? live;
  const model = useModel(pipeline, version);
  if (model.data !== undefined) {
    const hold = (chosen: number | null): void => setHeld(chosen);
    return (
      <Workbench
        key={model.data.version}
        model={model.data}
        live={live ?? model.data.version}
        onTouched={() => hold(model.data.version)}
        onTakeNew={() => hold(null)}
      />
    );
  }
  if (served.data !== undefined && live === null) {
    return (
      <Empty title={say.predict.noModelTitle}>
        <p>{say.predict.noModelText(pipeline)}</p>
        <StartRun pipeline={pipeline} />
      </Empty>
    );
  }
  if (model.error !== null) return <ProblemNotice error={model.error} />;
  return <Loaded query={{ data: undefined, error: served.error }}>{() => null}</Loaded>;
}

function useModel(pipeline: string, version: number | null) {
  return useQuery<PageModel>({
    queryKey: ["bundle", pipeline, version],
    enabled: version !== null,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => openModel(pipeline, version ?? 0, await askBytes(addresses.bundle(pipeline, version ?? 0))),
    structuralSharing: false,
  });
}
