import { useState } from "react";
import { useLanguage } from "../language/language.js";
import type { ElsewhereProps } from "./elsewhere.js";
import { Modal } from "./modal.js";

/** What a terminal and a program have to say for the same. */
export function ElsewhereDialog({ address, body, command, onClose }: ElsewhereProps & { readonly onClose: () => void }) {
  const { say } = useLanguage();
  const full = `${location.origin}${address}`;
  const text = body === undefined ? null : JSON.stringify(body);
  const curl =
    text === null
      ? `curl -s '${full}'`
      : `curl -s '${full}' -H 'content-type: application/json' -d '${text.replaceAll("'", "'\\''")}'`;
  const options =
    text === null
      ? ""
      : `, {\n  method: "POST",\n  headers: { "content-type": "application/json" },\n  body: JSON.stringify(${text}),\n}`;
  const typescript = `const answer = await fetch("${full}"${options});\nconsole.log(await answer.json());`;
  return (
    <Modal isOpen onClose={onClose} title={say.shell.elsewhereTitle} text={say.shell.elsewhereText}>
      <Snippet title="curl" text={curl} />
      <Snippet title="CLI" text={command ?? say.shell.noCommand} />
      <Snippet title="TypeScript" text={typescript} />
    </Modal>
  );
}

function Snippet({ title, text }: { readonly title: string; readonly text: string }) {
  const { say } = useLanguage();
  const [isCopied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard?.writeText(text).then(() => setCopied(true));
  };
  return (
    <div className="stack">
      <div className="card-head">
        <h3>{title}</h3>
        <button
          type="button"
          className="button button-quiet button-small"
          onClick={copy}
          aria-label={`${say.shell.copy} ${title}`}
        >
          {isCopied ? say.shell.copied : say.shell.copy}
        </button>
      </div>
      <pre className="code">{text}</pre>
    </div>
  );
}
