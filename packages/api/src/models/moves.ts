import type { AliasMove, Registry } from "@atalaya/registry";
import { errors } from "../errors.js";
import type { EventHub } from "../events/event-hub.js";

/** A move of an alias as somebody decided it. */
export interface MoveRequest {
  readonly pipeline: string;
  readonly alias: string;
  readonly who: string;
  readonly why: string;
  /** The version that carried the alias when the decision was made; undefined: whatever it is. */
  readonly expected: number | null | undefined;
}

/** Gives an alias to a version. @throws API_MOVED_MEANWHILE and those of `registry.promote` */
export async function promoteVersion(
  registry: Registry,
  hub: EventHub,
  request: MoveRequest & { readonly version: number },
): Promise<AliasMove> {
  await checkUnmoved(registry, request);
  const { pipeline, alias, who, why, version } = request;
  const move = await registry.promote({ pipeline, version, alias, who, why });
  hub.tell({ type: "models", pipeline });
  return move;
}

/** Gives an alias back to the version before. @throws API_MOVED_MEANWHILE and those of `registry.rollback` */
export async function rollBack(registry: Registry, hub: EventHub, request: MoveRequest): Promise<AliasMove> {
  await checkUnmoved(registry, request);
  const { pipeline, alias, who, why } = request;
  const move = await registry.rollback({ pipeline, alias, who, why });
  hub.tell({ type: "models", pipeline });
  return move;
}

/** The second of two people who decide at once sees what the first did, instead of undoing it unseen. */
async function checkUnmoved(registry: Registry, { pipeline, alias, expected }: MoveRequest): Promise<void> {
  if (expected === undefined) return;
  const now = await registry.aliasOf(pipeline, alias);
  const found = now?.version ?? null;
  if (found === expected) return;
  throw errors.MOVED_MEANWHILE({ pipeline, alias, expected, found, who: now?.who ?? null, why: now?.why ?? null });
}
