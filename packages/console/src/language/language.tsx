import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { english, type Messages } from "./english/english.js";
import { createFormats, type Formats } from "./formats.js";
import { spanish } from "./spanish/spanish.js";

export type LanguageCode = "en" | "es";

interface Language {
  readonly code: LanguageCode;
  readonly say: Messages;
  readonly format: Formats;
  readonly setCode: (code: LanguageCode) => void;
}

const messages: Readonly<Record<LanguageCode, Messages>> = { en: english, es: spanish };
const STORED = "atalaya-language";

const LanguageContext = createContext<Language | null>(null);

/** The language that was chosen here before, else the first of the browser's that the page speaks. */
function firstLanguage(): LanguageCode {
  const stored = localStorage.getItem(STORED);
  const wanted = [stored ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2));
  return wanted.find((code): code is LanguageCode => code in messages) ?? "en";
}

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [code, setCode] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = code;
    localStorage.setItem(STORED, code);
  }, [code]);
  const language = useMemo(() => ({ code, say: messages[code], format: createFormats(code), setCode }), [code]);
  return <LanguageContext.Provider value={language}>{children}</LanguageContext.Provider>;
}

export function useLanguage(): Language {
  const language = useContext(LanguageContext);
  if (language === null) throw new Error("useLanguage needs a LanguageProvider above it");
  return language;
}
