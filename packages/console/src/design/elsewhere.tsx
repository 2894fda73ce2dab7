import { lazy, Suspense, useState } from "react";
import { useLanguage } from "../language/language.js";

const ElsewhereDialog = lazy(async () => ({ default: (await import("./elsewhere-dialog.js")).ElsewhereDialog }));

export interface ElsewhereProps {
  /** Address of the interface, from `/` on. */
  readonly address: string;
  /** What follows `curl -s ADDRESS`, such as a body. */
  readonly body?: unknown;
  /** Line of the command; null: there is none. */
  readonly command: string | null;
}

/** The same as the screen shows, for a terminal and a program. Its dialog is loaded when somebody asks. */
export function Elsewhere(props: ElsewhereProps) {
  const { say } = useLanguage();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button button-small" onClick={() => setOpen(true)}>
        {say.shell.elsewhere}
      </button>
      {isOpen && (
        <Suspense fallback={null}>
          <ElsewhereDialog {...props} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
