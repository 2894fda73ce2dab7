import type { JsonCell } from "@atalaya/learn";
import { useCallback, useMemo, useState } from "react";
import { Card } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import { useConfirmation } from "./confirmation.js";
import { FormFields } from "./form-fields.js";
import { ManyRows } from "./many-rows.js";
import type { FormRow, PageModel } from "./page-model.js";
import { usePreparedExplanations } from "./prepare-model.js";
import { AnswerStrip, ResultPanel } from "./result-panel.js";
import { loadRow, storeRow } from "./row-store.js";
import { scoreRow } from "./score-row.js";

interface WorkbenchProps {
  readonly model: PageModel;
  /** Version that serves now. */
  readonly live: number;
  /** The user has changed something. */
  readonly onTouched: () => void;
  readonly onTakeNew: () => void;
}

/** Form and answer side by side: every change is scored at once, in the page. */
export function Workbench({ model, live, onTouched, onTakeNew }: WorkbenchProps) {
  const { say } = useLanguage();
  const [row, setRow] = useState<FormRow>(() => loadRow(model));
  const [example, setExample] = useState(0);
  usePreparedExplanations(model);
  const scored = useMemo(() => scoreRow(model, row), [model, row]);
  const confirmation = useConfirmation(model, row, scored.answer);

  const change = useCallback(
    (name: string, value: JsonCell) => {
      onTouched();
      setRow((before) => {
        const after = { ...before, [name]: value };
        storeRow(model, after);
        return after;
      });
    },
    [model, onTouched],
  );
  const showExample = (position: number): void => {
    const next = model.examples[position % Math.max(1, model.examples.length)];
    if (next === undefined) return;
    setExample(position);
    setRow(next);
    storeRow(model, next);
  };

  return (
    <>
      {live !== model.version && (
        <div className="notice notice-warn row" role="status">
          <span>{say.predict.swapped(model.version, live)}</span>
          <button type="button" className="button button-small" onClick={onTakeNew}>
            {say.predict.takeNew}
          </button>
        </div>
      )}
      <div className="workbench">
        <Card
          title={say.predict.form}
          aside={
            <div className="row">
              <button type="button" className="button button-small" onClick={() => showExample(example + 1)}>
                {say.predict.example}
              </button>
              <button type="button" className="button button-small" onClick={() => showExample(0)}>
                {say.predict.reset}
              </button>
            </div>
          }
        >
          <FormFields model={model} row={row} problems={scored.problems} onChange={change} />
        </Card>
        <ResultPanel model={model} row={row} scored={scored} confirmation={confirmation} />
      </div>
      <AnswerStrip model={model} scored={scored} />
      <ManyRows model={model} />
    </>
  );
}
