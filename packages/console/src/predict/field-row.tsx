import type { JsonCell, RowProblem } from "@atalaya/learn";
import { memo, useId } from "react";
import { useLanguage } from "../language/language.js";
import { CategoryInput } from "./category-input.js";
import { NumberInput } from "./number-input.js";
import { type FormField, unusual } from "./page-model.js";
import { inWords } from "./reasons.js";

interface FieldRowProps {
  readonly field: FormField;
  readonly value: JsonCell;
  readonly problem: RowProblem | null;
  readonly onChange: (name: string, value: JsonCell) => void;
}

/** One input with its name, unit, help, what is unusual about it and what is wrong. Redrawn only when its own value changes. */
export const FieldRow = memo(function FieldRow({ field, value, problem, onChange }: FieldRowProps) {
  const { say, format } = useLanguage();
  const id = useId();
  const { column, range } = field;
  const set = (next: JsonCell): void => onChange(column.name, next);
  const odd = unusual(field, value);
  const inUnit = (number: number): string =>
    column.name.toLowerCase().includes("year") ? String(number) : format.inUnit(number, column.unit);
  return (
    <div className="form-field">
      <div className="form-field-head">
        <label htmlFor={id}>
          {inWords(column.name)}
          {column.unit !== undefined && <span className="soft"> {column.unit}</span>}
        </label>
        {column.optional && (
          <label className="unknown small soft">
            <input
              type="checkbox"
              checked={value === null}
              aria-label={`${say.predict.missingHelp}: ${inWords(column.name)}`}
              onChange={(event) => set(event.target.checked ? null : startValue(field))}
            />
            {say.predict.missing}
          </label>
        )}
      </div>
      <FieldInput id={id} field={field} value={value} isInvalid={problem !== null && value !== null} onChange={set} />
      {column.description !== undefined && <p className="small soft">{column.description}</p>}
      {odd === "outside" && range !== null && (
        <p className="small warning" role="status">
          {say.predict.outside(inUnit(range.low), inUnit(range.high))}
        </p>
      )}
      {odd === "unseen" && (
        <p className="small warning" role="status">
          {say.predict.unseen}
        </p>
      )}
      {problem !== null && (
        <p className="small wrong" role="status">
          {say.predict.problem(inWords(column.name), problem.expected, problem.received)}
        </p>
      )}
    </div>
  );
});

/** Something usual to start from, when a user says that they know a field. */
function startValue({ column, range, levels, shape }: FormField): JsonCell {
  if (column.type === "boolean") return false;
  if (levels !== null) return levels[0] ?? "";
  if (column.type === "time") return new Date(range?.high ?? Date.now()).toISOString();
  if (range === null) return column.min ?? 0;
  const peak = shape.indexOf(Math.max(...shape));
  const middle = range.low + ((range.high - range.low) * (peak + 0.5)) / Math.max(1, shape.length);
  return column.type === "integer" ? Math.round(middle) : Number(middle.toPrecision(3));
}

interface FieldInputProps {
  readonly id: string;
  readonly field: FormField;
  readonly value: JsonCell;
  readonly isInvalid: boolean;
  readonly onChange: (value: JsonCell) => void;
}

function FieldInput({ id, field, value, isInvalid, onChange }: FieldInputProps) {
  const { say } = useLanguage();
  const { column } = field;
  switch (column.type) {
    case "number":
    case "integer":
      return (
        <NumberInput
          id={id}
          field={field}
          value={typeof value === "number" ? value : null}
          isInvalid={isInvalid}
          onChange={onChange}
        />
      );
    case "boolean":
      return (
        <select
          id={id}
          className="input"
          value={value === null ? "" : String(value)}
          onChange={(event) => onChange(event.target.value === "" ? null : event.target.value === "true")}
        >
          <option value="">{say.predict.missing}</option>
          <option value="true">{say.predict.yes}</option>
          <option value="false">{say.predict.no}</option>
        </select>
      );
    case "time":
      return (
        <input
          id={id}
          className="input"
          type="datetime-local"
          step="1"
          value={asDateTime(value)}
          onChange={(event) =>
            onChange(event.target.value === "" ? null : `${event.target.value}${event.target.value.length === 16 ? ":00" : ""}Z`)
          }
        />
      );
    case "category":
    case "text":
      return (
        <CategoryInput
          id={id}
          field={field}
          value={typeof value === "string" ? value : null}
          isInvalid={isInvalid}
          onChange={onChange}
        />
      );
  }
}

/** ISO text or milliseconds as the browser's own field wants it, in UTC; a finer fraction is not shown. */
function asDateTime(value: JsonCell): string {
  if (typeof value === "string") return value.length === 10 ? `${value}T00:00:00` : value.slice(0, 19);
  return typeof value === "number" && Math.abs(value) <= 8.64e15 ? new Date(value).toISOString().slice(0, 19) : "";
}
