import { createHash } from "node:crypto";
import { errors } from "../errors.js";
import type { StoredModel } from "./model-source.js";
import { measureCost, type ScoringCost } from "./scoring-cost.js";
import type { OpenModel, ScoringModel } from "./scoring-model.js";
import { NO_RULES, type ServingRules } from "./serving-rules.js";

/** Who answers: all that an answer says about its model. Plain data, so that a thread can be told. */
export interface ModelIdentity {
  readonly pipeline: string;
  readonly version: number;
  /** The alias by which it was chosen; null: by its number. */
  readonly alias: string | null;
  /** SHA-256 of the bundle. */
  readonly hash: string;
  /** The run that trained it. */
  readonly run: string | null;
  readonly rules: ServingRules;
}

/** A version in memory, as one immutable handle: a request takes it once, so an answer never mixes two versions. */
export interface ServedModel extends ModelIdentity {
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly loadedAt: Date;
  readonly scoring: ScoringModel;
  /** The bundle in memory that threads share. */
  readonly bytes: Uint8Array;
  readonly cost: ScoringCost;
  /** The part of it that answers tell. */
  readonly identity: ModelIdentity;
}

/**
 * Makes a stored version ready to answer, if it can be trusted.
 *
 * @throws SERVE_MODEL_REFUSED when its checksum is wrong, it is no bundle, or it does not answer as it did when it was made
 */
export async function openStoredModel(
  pipeline: string,
  stored: StoredModel,
  alias: string | null,
  open: OpenModel,
): Promise<ServedModel> {
  const { version, hash, metrics, run = null, rules = NO_RULES } = stored;
  const found = createHash("sha256").update(stored.bytes).digest("hex");
  if (found !== hash) {
    throw errors.MODEL_REFUSED({ pipeline, version, because: `its bytes have the checksum ${found}, not ${hash}` });
  }
  const bytes = new Uint8Array(new SharedArrayBuffer(stored.bytes.length));
  bytes.set(stored.bytes);
  const { scoring, cost } = await tryToOpen(pipeline, version, bytes, open);
  const identity = { pipeline, version, alias, hash, run, rules };
  return { ...identity, identity, metrics, loadedAt: new Date(), scoring, bytes, cost };
}

async function tryToOpen(
  pipeline: string,
  version: number,
  bytes: Uint8Array,
  open: OpenModel,
): Promise<{ scoring: ScoringModel; cost: ScoringCost }> {
  try {
    const scoring = await open(bytes);
    return { scoring, cost: measureCost(scoring) };
  } catch (cause) {
    const because = cause instanceof Error ? cause.message.replace(/\.$/, "") : String(cause);
    throw errors.MODEL_REFUSED({ pipeline, version, because }, cause);
  }
}
