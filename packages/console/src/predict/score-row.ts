import type { Answer, RowProblem } from "@atalaya/learn";
import type { FormRow, PageModel } from "./page-model.js";
import { type Reasons, reasonsOf } from "./reasons.js";
import { knownOf } from "./row-store.js";

/** What the page's own model says about a row. */
export interface Scored {
  /** null: the row is not complete. */
  readonly answer: Answer | null;
  readonly reasons: Reasons | null;
  readonly problems: readonly RowProblem[];
  readonly milliseconds: number;
}

export function scoreRow({ scorer, bundle }: PageModel, row: FormRow): Scored {
  const start = performance.now();
  const { frame, problems } = scorer.read([knownOf(row)]);
  if (problems.length > 0) return { answer: null, reasons: null, problems, milliseconds: performance.now() - start };
  const {
    answers: [answer],
    explanations: [explanation],
  } = scorer.answerExplained(frame);
  const reasons = answer === undefined || explanation === undefined ? null : reasonsOf(bundle, explanation, answer, row);
  return { answer: answer ?? null, reasons, problems, milliseconds: performance.now() - start };
}
