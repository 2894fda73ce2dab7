import type { ReactNode } from "react";
import { useLanguage } from "../language/language.js";
import { ProblemAnswer, ServerGone } from "../server/ask.js";

export type Tone = "good" | "warn" | "bad" | "live" | "soft";

export function Badge({ tone = "soft", children, plain = false }: { tone?: Tone; children: ReactNode; plain?: boolean }) {
  return <span className={`badge badge-${tone}${plain ? " badge-plain" : ""}`}>{children}</span>;
}

interface CardProps {
  readonly title?: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly label?: string;
}

export function Card({ title, aside, children, label }: CardProps) {
  return (
    <section className="card" aria-label={label}>
      {(title !== undefined || aside !== undefined) && (
        <div className="card-head">
          {title !== undefined && <h2>{title}</h2>}
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}

export function ScreenHead({ title, text, children }: { title: ReactNode; text?: ReactNode; children?: ReactNode }) {
  return (
    <div className="screen-head">
      <div>
        <h1>{title}</h1>
        {text !== undefined && <p>{text}</p>}
      </div>
      {children !== undefined && <div className="actions">{children}</div>}
    </div>
  );
}

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  readonly more?: ReactNode;
}

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(({ name, value, more }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            {more !== undefined && more !== null && <div className="soft">{more}</div>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Empty({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <div className="empty">
      {title !== undefined && <h2>{title}</h2>}
      {children}
    </div>
  );
}

/** What a query waits for or why it failed; the content as soon as there is some. */
export function Loaded<Value>(props: {
  readonly query: { readonly data: Value | undefined; readonly error: Error | null };
  readonly children: (value: Value) => ReactNode;
}) {
  const { say } = useLanguage();
  const { data, error } = props.query;
  if (data !== undefined) return props.children(data);
  if (error !== null && !(error instanceof ServerGone)) return <ProblemNotice error={error} />;
  return (
    <div className="skeleton" role="status">
      <span className="hidden-visually">{say.shell.loading}</span>
    </div>
  );
}

export function ProblemNotice({ error }: { readonly error: Error }) {
  const { say } = useLanguage();
  const hint = error instanceof ProblemAnswer ? error.hint : null;
  return (
    <div className="notice notice-bad" role="alert">
      <strong>{error instanceof ProblemAnswer ? error.code : say.shell.failed}</strong> {error.message} {hint}
    </div>
  );
}

/** Links behave as buttons look. */
export function Pager(props: { total: number; offset: number; limit: number; onMove: (offset: number) => void }) {
  const { total, offset, limit, onMove } = props;
  const { say, format } = useLanguage();
  if (total <= limit && offset === 0) return null;
  const last = Math.min(total, offset + limit);
  return (
    <nav className="row" aria-label={say.shell.page("", "", "")}>
      <button
        type="button"
        className="button button-small"
        disabled={offset === 0}
        onClick={() => onMove(Math.max(0, offset - limit))}
      >
        {say.shell.previous}
      </button>
      <span className="soft small">{say.shell.page(format.number(offset + 1), format.number(last), format.number(total))}</span>
      <button type="button" className="button button-small" disabled={last >= total} onClick={() => onMove(offset + limit)}>
        {say.shell.next}
      </button>
    </nav>
  );
}
