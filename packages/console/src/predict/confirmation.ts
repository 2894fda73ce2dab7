import type { Answer } from "@atalaya/learn";
import { useEffect, useState } from "react";
import { addresses } from "../server/answers.js";
import { ServerGone, send } from "../server/ask.js";
import type { FormRow, PageModel } from "./page-model.js";
import { knownOf } from "./row-store.js";

/** Whether the server says the same as the page. */
export type Confirmation =
  | { readonly state: "asking" | "gone" | "none" }
  | { readonly state: "same" | "differs"; readonly id: string; readonly version: number }
  /** Another version answered than the form's. */
  | { readonly state: "other-version"; readonly version: number };

interface ServerAnswer {
  readonly id: string;
  readonly version: number;
  readonly prediction: Answer;
}

/** A pause in typing after which the server is asked: it keeps every answer, and should not keep every step of a slider. */
const PAUSE_MS = 700;

const ASKING: Confirmation = { state: "asking" };

/** Asks the server for the same row, a moment after the last change, and compares bit for bit. */
export function useConfirmation(model: PageModel, row: FormRow, answer: Answer | null): Confirmation {
  const [confirmation, setConfirmation] = useState<Confirmation>({ state: "none" });
  useEffect(() => {
    if (answer === null) {
      setConfirmation({ state: "none" });
      return;
    }
    // Not again at every step of a slider: the screen is redrawn for each new state.
    setConfirmation((before) => (before.state === "asking" ? before : ASKING));
    const abort = new AbortController();
    const check = async () => {
      try {
        const theirs = await send<ServerAnswer>(`${addresses.pipeline(model.pipeline)}/predict`, knownOf(row), abort.signal);
        if (theirs.version !== model.version) setConfirmation({ state: "other-version", version: theirs.version });
        else
          setConfirmation({
            state: sameBits(answer, theirs.prediction) ? "same" : "differs",
            id: theirs.id,
            version: theirs.version,
          });
      } catch (error) {
        if (!abort.signal.aborted) setConfirmation({ state: error instanceof ServerGone ? "gone" : "none" });
      }
    };
    const timer = setTimeout(() => void check(), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [model, row, answer]);
  return confirmation;
}

/** True when every number of the answer is the very same double. */
export function sameBits(ours: Answer, theirs: Answer): boolean {
  if ("value" in ours) return "value" in theirs && Object.is(ours.value, theirs.value);
  if ("score" in ours) return "score" in theirs && Object.is(ours.score, theirs.score) && ours.alert === theirs.alert;
  if (!("probability" in theirs) || ours.label !== theirs.label) return false;
  return Object.entries(ours.probability).every(([label, share]) => Object.is(share, theirs.probability[label]));
}
