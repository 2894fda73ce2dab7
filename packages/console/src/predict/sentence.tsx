import type { JsonCell } from "@atalaya/learn";
import { useLanguage } from "../language/language.js";
import type { PageModel } from "./page-model.js";
import { inWords, type Reasons } from "./reasons.js";

/** Why, in one plain sentence with the three strongest reasons. */
export function Sentence({ model, reasons }: { readonly model: PageModel; readonly reasons: Reasons }) {
  const { say, code } = useLanguage();
  const told = useReasonText();
  const subject = inWords(model.bundle.target?.name ?? say.predict.score);
  const parts = reasons.byColumn.filter(({ effect }) => effect !== 0).slice(0, 3);
  if (parts.length === 0) return null;
  const list = listFormat(code).format(
    parts.map(({ name, value, unit, effect }) => `${told.value(name, value, unit)} (${told.effect(effect, reasons)})`),
  );
  const isAbove = reasons.output >= reasons.base;
  const named = reasons.label === null ? subject : `${subject} = ${reasons.label}`;
  const text = say.predict.sentence(named, isAbove ? say.predict.above : say.predict.below, list);
  return <p className="sentence">{`${text.charAt(0).toUpperCase()}${text.slice(1)}`}</p>;
}

const listFormats = new Map<string, Intl.ListFormat>();

/** Making a format takes longer than a sentence may. */
function listFormat(code: string): Intl.ListFormat {
  const known = listFormats.get(code) ?? new Intl.ListFormat(code, { type: "conjunction" });
  listFormats.set(code, known);
  return known;
}

/** Reasons as text in the reader's language. */
export function useReasonText() {
  const { say, format } = useLanguage();
  const cell = (name: string, value: JsonCell, unit: string | null): string => {
    if (value === null) return say.predict.missing;
    if (typeof value === "boolean") return value ? say.predict.yes : say.predict.no;
    if (typeof value === "string") return value;
    return name.toLowerCase().includes("year") ? String(value) : format.inUnit(value, unit);
  };
  return {
    cell,
    value: (name: string, value: JsonCell | undefined, unit: string | null): string =>
      value === undefined ? inWords(name) : `${inWords(name)} ${cell(name, value, unit)}`,
    effect: (effect: number, { unit, scale }: Pick<Reasons, "unit" | "scale">): string =>
      scale === "probability" ? `${effect >= 0 ? "+" : "−"}${format.percent(Math.abs(effect))}` : format.signed(effect, unit),
    total: (value: number, { unit, scale }: Pick<Reasons, "unit" | "scale">): string =>
      scale === "probability" ? format.percent(value) : format.inUnit(value, unit),
  };
}
