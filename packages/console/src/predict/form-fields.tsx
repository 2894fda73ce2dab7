import type { JsonCell, RowProblem } from "@atalaya/learn";
import { useDeferredValue, useState } from "react";
import { useLanguage } from "../language/language.js";
import { FieldRow } from "./field-row.js";
import { ManyFields } from "./many-fields.js";
import type { FormRow, PageModel } from "./page-model.js";
import { inWords } from "./reasons.js";

interface FormFieldsProps {
  readonly model: PageModel;
  readonly row: FormRow;
  readonly problems: readonly RowProblem[];
  readonly onChange: (name: string, value: JsonCell) => void;
}

/** More than these at first would hide the ones that matter. */
const FIRST_FIELDS = 10;
/** More than these are drawn only where they are in sight. */
const MOST_DRAWN = 60;

export function FormFields({ model, row, problems, onChange }: FormFieldsProps) {
  const { say } = useLanguage();
  const [showsAll, setShowsAll] = useState(false);
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search.trim().toLowerCase());
  const { fields } = model;
  const problemOf = new Map(problems.map((problem) => [problem.field, problem]));
  const isLong = fields.length > FIRST_FIELDS + 2;
  const shown =
    wanted !== ""
      ? fields.filter(({ column }) =>
          `${column.name} ${inWords(column.name)} ${column.description ?? ""}`.toLowerCase().includes(wanted),
        )
      : fields.filter(({ column }, position) => showsAll || !isLong || position < FIRST_FIELDS || problemOf.has(column.name));
  return (
    <div className="stack">
      {isLong && (
        <input
          className="input"
          type="search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          placeholder={say.predict.search}
          aria-label={say.predict.search}
        />
      )}
      {shown.length > MOST_DRAWN ? (
        <ManyFields fields={shown} row={row} problemOf={problemOf} onChange={onChange} />
      ) : (
        <div className="fields">
          {shown.map((field) => (
            <FieldRow
              key={field.column.name}
              field={field}
              value={row[field.column.name] ?? null}
              problem={problemOf.get(field.column.name) ?? null}
              onChange={onChange}
            />
          ))}
        </div>
      )}
      {isLong && wanted === "" && (
        <button type="button" className="button button-quiet" aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? say.predict.showFewer : say.predict.showAll(fields.length)}
        </button>
      )}
    </div>
  );
}
