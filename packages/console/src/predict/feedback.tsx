import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Card, ProblemNotice } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { ask, send } from "../server/ask.js";

interface OpenApi {
  readonly paths: Readonly<Record<string, unknown>>;
}

/** "This was wrong", with the truth. Shown only where the server takes such words. */
export function Feedback({
  pipeline,
  id,
  isNumber,
}: {
  readonly pipeline: string;
  readonly id: string;
  readonly isNumber: boolean;
}) {
  const { say } = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const [truth, setTruth] = useState("");
  const document = useQuery({
    queryKey: ["openapi"],
    queryFn: () => ask<OpenApi>("/openapi.json"),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const paths = Object.keys(document.data?.paths ?? {});
  const own = `/v1/pipelines/${pipeline}/feedback`;
  const address = [own, "/v1/pipelines/{name}/feedback", "/feedback"]
    .find((path) => paths.includes(path))
    ?.replace("{name}", encodeURIComponent(pipeline));
  const sending = useMutation({
    mutationFn: (label: string | number) => send(address ?? own, { id, label }),
  });
  if (address === undefined) return null;
  return (
    <Card title={say.predict.feedback}>
      {sending.isSuccess ? (
        <p className="notice notice-good" role="status">
          {say.predict.feedbackThanks}
        </p>
      ) : !isOpen ? (
        <button type="button" className="button button-small" onClick={() => setOpen(true)}>
          {say.predict.feedbackWrong}
        </button>
      ) : (
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            const label = isNumber ? Number(truth.replace(",", ".")) : truth;
            if (truth.trim() !== "" && !Number.isNaN(label)) sending.mutate(label);
          }}
        >
          <label className="field">
            <span className="label">{say.predict.feedbackLabel}</span>
            <input className="input" value={truth} onChange={(event) => setTruth(event.target.value)} />
          </label>
          <button type="submit" className="button button-primary" disabled={sending.isPending}>
            {say.predict.feedbackSend}
          </button>
        </form>
      )}
      {sending.error !== null && <ProblemNotice error={sending.error} />}
    </Card>
  );
}
