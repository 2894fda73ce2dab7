import type { ReactNode } from "react";

interface TableFrameProps {
  readonly label: string;
  /** Inside a card, which has its own border. */
  readonly isPlain?: boolean;
  readonly children: ReactNode;
}

/** A wide table scrolls by itself, so that the page does not. */
export function TableFrame({ label, isPlain = false, children }: TableFrameProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={isPlain ? "table-frame table-plain" : "table-frame"} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
