import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Modal } from "../design/modal.js";
import { ProblemNotice } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { addresses } from "../server/answers.js";
import { send } from "../server/ask.js";

/** Lets the good rows of a refused batch in; who and why stay with the batch, and the next run judges it anew. */
export function ReleaseButton({ batch }: { readonly batch: number }) {
  const { say } = useLanguage();
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [why, setWhy] = useState("");
  const releasing = useMutation({
    mutationFn: () => send(addresses.release(batch), { why: why.trim() }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["data"] }).then(() => setOpen(false)),
  });
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {say.data.release}
      </button>
      <Modal
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title={say.data.release}
        text={say.data.releaseText}
        actions={
          <button
            type="button"
            className="button button-primary"
            disabled={why.trim() === "" || releasing.isPending}
            onClick={() => releasing.mutate()}
          >
            {say.data.release}
          </button>
        }
      >
        <label className="field">
          <span className="label">{say.models.why}</span>
          <textarea className="input" value={why} maxLength={1_000} onChange={(event) => setWhy(event.target.value)} />
        </label>
        {releasing.error !== null && <ProblemNotice error={releasing.error} />}
      </Modal>
    </>
  );
}
