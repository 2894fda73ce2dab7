import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ProblemNotice } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { addresses } from "../server/answers.js";
import { send } from "../server/ask.js";

export function StartRun({ pipeline }: { readonly pipeline: string }) {
  const { say } = useLanguage();
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: () => send(addresses.startRun(pipeline), {}),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["runs"] }),
  });
  return (
    <div className="row">
      <button type="button" className="button" disabled={start.isPending} onClick={() => start.mutate()}>
        {say.runs.start} <span className="mono">{pipeline}</span>
      </button>
      {start.isSuccess && <span role="status">{say.runs.started(pipeline)}</span>}
      {start.error !== null && <ProblemNotice error={start.error} />}
    </div>
  );
}
