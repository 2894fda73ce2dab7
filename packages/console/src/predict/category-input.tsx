import { Autocomplete } from "@base-ui/react/autocomplete";
import { useRef } from "react";
import { useLanguage } from "../language/language.js";
import { LevelList, type LevelListHandle } from "./level-list.js";
import type { FormField } from "./page-model.js";

interface CategoryInputProps {
  readonly id: string;
  readonly field: FormField;
  readonly value: string | null;
  readonly isInvalid: boolean;
  readonly onChange: (value: string | null) => void;
}

/** Longer lists are searched instead of scrolled. */
const MOST_PLAIN = 12;

/** A plain list for few fixed levels; else a box that proposes what training saw and takes anything. */
export function CategoryInput({ id, field, value, isInvalid, onChange }: CategoryInputProps) {
  const { say } = useLanguage();
  const list = useRef<LevelListHandle>(null);
  const { column, isClosed } = field;
  const levels = field.levels ?? [];
  if (isClosed && levels.length <= MOST_PLAIN) {
    return (
      <select
        id={id}
        className="input"
        value={value ?? ""}
        onChange={(event) => onChange(event.target.value === "" ? null : event.target.value)}
      >
        {(column.optional || value === null) && <option value="">{say.predict.missing}</option>}
        {levels.map((level) => (
          <option key={level} value={level}>
            {level.replaceAll("_", " ")}
          </option>
        ))}
      </select>
    );
  }
  return (
    <Autocomplete.Root
      virtualized
      items={levels}
      value={value ?? ""}
      onValueChange={(next) => onChange(next === "" ? null : next)}
      onItemHighlighted={(_level, { index, reason }) => {
        // A pointer is where it is; keys may go out of sight.
        if (reason !== "pointer" && index >= 0) list.current?.scrollTo(index);
      }}
      openOnInputClick
    >
      <Autocomplete.Input id={id} className="input" aria-invalid={isInvalid} placeholder={say.predict.missing} />
      <Autocomplete.Portal>
        <Autocomplete.Positioner className="floating" sideOffset={4}>
          <Autocomplete.Popup className="options">
            <Autocomplete.Empty className="options-empty">{say.shell.none}</Autocomplete.Empty>
            <Autocomplete.List>
              <LevelList handle={list} />
            </Autocomplete.List>
          </Autocomplete.Popup>
        </Autocomplete.Positioner>
      </Autocomplete.Portal>
    </Autocomplete.Root>
  );
}
