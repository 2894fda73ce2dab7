import { useLanguage } from "../language/language.js";

/** A mean effect with a bar beside it, on the scale of the largest. */
export function ImportanceBar({ effect, most }: { readonly effect: number; readonly most: number }) {
  const { format } = useLanguage();
  return (
    <span className="bar-cell importance">
      <span className="bar-track">
        <span className="bar" style={{ display: "block", width: `${(effect / most) * 100}%` }} />
      </span>
      <span className="small">{format.number(effect)}</span>
    </span>
  );
}
