import { createHash } from "node:crypto";
import { errors } from "../errors.js";
import type { StoredModel } from "./model-source.js";
import type { OpenModel, ScoringModel } from "./scoring-model.js";

/** A version in memory, as one immutable handle: a request takes it once, so an answer never mixes two versions. */
export interface ServedModel {
  readonly pipeline: string;
  readonly version: number;
  /** The alias by which it was chosen; null: by its number. */
  readonly alias: string | null;
  /** SHA-256 of the bundle. */
  readonly hash: string;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly loadedAt: Date;
  readonly scoring: ScoringModel;
}

/**
 * Makes a stored version ready to answer, if it can be trusted.
 *
 * @throws SERVE_MODEL_REFUSED when its checksum is wrong, it is no bundle, or it does not answer as it did when it was made
 */
export function openStoredModel(pipeline: string, stored: StoredModel, alias: string | null, open: OpenModel): ServedModel {
  const { version, hash, metrics } = stored;
  const found = createHash("sha256").update(stored.bytes).digest("hex");
  if (found !== hash) {
    throw errors.MODEL_REFUSED({ pipeline, version, because: `its bytes have the checksum ${found}, not ${hash}` });
  }
  return { pipeline, version, alias, hash, metrics, loadedAt: new Date(), scoring: tryToOpen(pipeline, stored, open) };
}

function tryToOpen(pipeline: string, { version, bytes }: StoredModel, open: OpenModel): ScoringModel {
  try {
    return open(bytes);
  } catch (cause) {
    const because = cause instanceof Error ? cause.message.replace(/\.$/, "") : String(cause);
    throw errors.MODEL_REFUSED({ pipeline, version, because }, cause);
  }
}
