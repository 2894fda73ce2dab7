import { userInfo } from "node:os";
import type { AliasMove, Registry } from "@atalaya/registry";
import type { Terminal } from "../terminal/terminal.js";

interface Change {
  readonly pipeline: string;
  readonly alias: string;
  readonly because: string;
}

/** Gives the alias to a version, whatever its gates said. */
export async function promoteVersion(
  registry: Registry,
  terminal: Terminal,
  change: Change & { readonly version: number },
): Promise<void> {
  const { pipeline, alias, version, because } = change;
  tell(terminal, await registry.promote({ pipeline, alias, version, why: because, who: currentUser() }));
}

/** Gives the alias back to the version that had it before. */
export async function rollBack(registry: Registry, terminal: Terminal, change: Change): Promise<void> {
  const { pipeline, alias, because } = change;
  tell(terminal, await registry.rollback({ pipeline, alias, why: because, who: currentUser() }));
}

function tell(terminal: Terminal, move: AliasMove): void {
  const { pipeline, alias, from, to, changed } = move;
  const before = from === null ? "" : `, before it v${from}`;
  terminal.answer(move, [`${pipeline} v${to} carries ${alias}${changed ? before : " already; nothing changed"}`]);
}

/** Name for the history. A container may run as a user without one. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}
