import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Elsewhere } from "../design/elsewhere.js";
import { Modal } from "../design/modal.js";
import { ProblemNotice } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { addresses } from "../server/answers.js";
import { ProblemAnswer, send } from "../server/ask.js";
import { lastName, NameField, rememberName } from "./name-field.js";

interface Move {
  readonly alias: string;
  readonly to: number;
  readonly changed: boolean;
}

interface PromoteProps {
  readonly pipeline: string;
  readonly version: number;
  readonly production: number | null;
}

/** Nothing for the version that is in production; a dialog that has just put it there stays until it is closed. */
export function PromoteButton({ pipeline, version, production }: PromoteProps) {
  const { say } = useLanguage();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {version !== production && (
        <button
          type="button"
          className="button button-small"
          aria-label={`${say.models.promote} v${version}`}
          onClick={() => setOpen(true)}
        >
          {say.models.promote}
        </button>
      )}
      {isOpen && (
        <MoveDialog
          title={say.models.promoteTitle(version, pipeline)}
          text={say.models.promoteText(production === null ? say.shell.none : say.predict.version(production))}
          action={say.models.confirmPromote}
          address={addresses.promote(pipeline)}
          body={{ version, expected: production }}
          command={`atalaya models promote ${pipeline} ${version} --because "…"`}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

export function RollBackButton({ pipeline, production }: Omit<PromoteProps, "version">) {
  const { say } = useLanguage();
  const [isOpen, setOpen] = useState(false);
  if (production === null) return null;
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {say.models.rollback}
      </button>
      {isOpen && (
        <MoveDialog
          title={say.models.rollbackTitle(pipeline)}
          text={say.models.rollbackText(say.predict.version(production))}
          action={say.models.confirmRollback}
          address={addresses.rollback(pipeline)}
          body={{ expected: production }}
          command={`atalaya models rollback ${pipeline} --because "…"`}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

interface MoveDialogProps {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly address: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly command: string;
  readonly onClose: () => void;
}

/** Asks who and why; both stay in the history. Somebody who was quicker is shown, and nothing is overwritten unseen. */
function MoveDialog({ title, text, action, address, body, command, onClose }: MoveDialogProps) {
  const { say } = useLanguage();
  const queries = useQueryClient();
  const [who, setWho] = useState(lastName);
  const [why, setWhy] = useState("");
  const moving = useMutation({
    mutationFn: () => send<Move>(address, { ...body, why: why.trim(), ...(who.trim() === "" ? {} : { who: who.trim() }) }),
    onSettled: () => Promise.all(["models", "overview", "served"].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  const submit = (): void => {
    rememberName(who);
    if (why.trim() !== "") moving.mutate();
  };
  const isDone = moving.isSuccess;
  const wasQuicker = moving.error instanceof ProblemAnswer && moving.error.code === "API_MOVED_MEANWHILE";
  return (
    <Modal
      isOpen
      onClose={onClose}
      title={title}
      text={text}
      actions={
        isDone ? undefined : (
          <button
            type="submit"
            form="move"
            className="button button-primary"
            disabled={why.trim() === "" || moving.isPending || wasQuicker}
          >
            {action}
          </button>
        )
      }
    >
      {isDone ? (
        <p className="notice notice-good" role="status">
          {moving.data.changed
            ? say.models.moved(moving.data.alias, moving.data.to)
            : say.models.wasThere(moving.data.alias, moving.data.to)}
        </p>
      ) : (
        <form
          id="move"
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <label className="field">
            <span className="label">{say.models.why}</span>
            <textarea className="input" value={why} required maxLength={1_000} onChange={(event) => setWhy(event.target.value)} />
          </label>
          <NameField name={who} onChange={setWho} />
        </form>
      )}
      {wasQuicker && <strong>{say.models.someoneMoved}</strong>}
      {moving.error !== null && <ProblemNotice error={moving.error} />}
      <div>
        <Elsewhere address={address} body={{ ...body, why: "…" }} command={command} />
      </div>
    </Modal>
  );
}
