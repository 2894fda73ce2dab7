import { useLanguage } from "../language/language.js";

const KEY = "atalaya-who";

/** The name that somebody gave last on this page. */
export function lastName(): string {
  return localStorage.getItem(KEY) ?? "";
}

export function rememberName(name: string): void {
  localStorage.setItem(KEY, name);
}

/** Who decides or says something. */
export function NameField({ name, onChange }: { readonly name: string; readonly onChange: (name: string) => void }) {
  const { say } = useLanguage();
  return (
    <label className="field">
      <span className="label">{say.models.who}</span>
      <input
        className="input"
        value={name}
        autoComplete="name"
        maxLength={100}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
