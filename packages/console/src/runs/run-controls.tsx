import type { BegunRun, RunDetail } from "@atalaya/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { Elsewhere } from "../design/elsewhere.js";
import { Modal } from "../design/modal.js";
import { ProblemNotice } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { addresses } from "../server/answers.js";
import { send } from "../server/ask.js";

/** What can be done with a run in its state: a running one ends, a cancelled one goes on, an ended one is done again. */
export function RunControls({ run }: { readonly run: RunDetail }) {
  const goesOn = run.state === "running" || run.state === "queued";
  return (
    <>
      {goesOn && <CancelButton run={run} />}
      {run.state === "cancelled" && <ResumeButton run={run} />}
      {!goesOn && <RetryButton run={run} />}
    </>
  );
}

/** Sends a change; whatever comes of it, the lists and this run are read again. */
function useChange<Answer>(run: RunDetail, change: "cancel" | "resume" | "retry") {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: object) => send<Answer>(addresses.changeRun(run.run, change), body),
    onSettled: () => Promise.all(["runs", "overview"].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}

function CancelButton({ run }: { readonly run: RunDetail }) {
  const { say } = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const [why, setWhy] = useState("");
  const cancel = useChange<unknown>(run, "cancel");
  const isCancelling = cancel.isPending || cancel.isSuccess;
  return (
    <>
      <button type="button" className="button" disabled={isCancelling} onClick={() => setOpen(true)}>
        {isCancelling ? say.runs.cancelling : say.runs.cancel}
      </button>
      <Modal
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title={say.runs.cancelTitle}
        text={say.runs.cancelText}
        dismiss={say.runs.keepGoing}
        actions={
          <button type="submit" form="cancel-run" className="button button-primary" disabled={why.trim() === "" || isCancelling}>
            {say.runs.confirmCancel}
          </button>
        }
      >
        <form
          id="cancel-run"
          onSubmit={(event) => {
            event.preventDefault();
            if (why.trim() !== "") cancel.mutate({ why: why.trim() }, { onSuccess: () => setOpen(false) });
          }}
        >
          <label className="field">
            <span className="label">{say.models.why}</span>
            <textarea className="input" value={why} required maxLength={1_000} onChange={(event) => setWhy(event.target.value)} />
          </label>
        </form>
        {cancel.error !== null && <ProblemNotice error={cancel.error} />}
        <div>
          <Elsewhere
            address={addresses.changeRun(run.run, "cancel")}
            body={{ why: "…" }}
            command={`atalaya runs cancel ${run.run.slice(0, 8)} --because "…"`}
          />
        </div>
      </Modal>
    </>
  );
}

function ResumeButton({ run }: { readonly run: RunDetail }) {
  const { say } = useLanguage();
  const resume = useChange<BegunRun>(run, "resume");
  return (
    <>
      <button
        type="button"
        className="button button-primary"
        title={say.runs.resumeHint}
        disabled={resume.isPending}
        onClick={() => resume.mutate({})}
      >
        {say.runs.resume}
      </button>
      {resume.error !== null && <ProblemNotice error={resume.error} />}
    </>
  );
}

function RetryButton({ run }: { readonly run: RunDetail }) {
  const { say } = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const [, navigate] = useLocation();
  // Left alone, a run begins again where it failed or was cancelled; one that was done with its first step.
  const [from, setFrom] = useState("");
  const retry = useChange<BegunRun>(run, "retry");
  const steps = run.steps.filter(({ status }) => status !== "waiting");
  const first = from === "" ? null : from;
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {say.runs.retry}
      </button>
      <Modal
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title={say.runs.retryTitle}
        text={say.runs.retryText}
        actions={
          <button
            type="button"
            className="button button-primary"
            disabled={retry.isPending}
            onClick={() => retry.mutate({ from: first }, { onSuccess: (begun) => navigate(`/runs/${begun.run}`) })}
          >
            {say.runs.confirmRetry}
          </button>
        }
      >
        <label className="field">
          <span className="label">{say.runs.retryFrom}</span>
          <select className="input" value={from} onChange={(event) => setFrom(event.target.value)}>
            <option value="">{run.state === "done" ? say.runs.retryWhole : say.runs.retryEnding}</option>
            {steps.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        {retry.error !== null && <ProblemNotice error={retry.error} />}
        <div>
          <Elsewhere
            address={addresses.changeRun(run.run, "retry")}
            body={{ from: first }}
            command={`atalaya runs retry ${run.run.slice(0, 8)}${first === null ? "" : ` --from ${quoted(first)}`}`}
          />
        </div>
      </Modal>
    </>
  );
}

const quoted = (step: string): string => (step.includes(" ") ? `'${step}'` : step);
