import type { ServingRules } from "./serving-rules.js";

/** Which version of a pipeline's model is wanted: by number, or the one that carries an alias now. */
export type WantedModel = { readonly version: number } | { readonly alias: string };

/** A version as the registry knows it. */
export interface StoredModel {
  readonly version: number;
  /** SHA-256 of `bytes`, hexadecimal: the identity of the model. */
  readonly hash: string;
  /** The encoded bundle. */
  readonly bytes: Uint8Array;
  /** What its evaluation measured. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** The run that trained it. */
  readonly run?: string | null;
  readonly rules?: ServingRules;
}

/** Where models come from. An error that it throws means that it cannot be reached now, not that there is no model. */
export interface ModelSource {
  /** null: no such version, or no version carries the alias. */
  load(pipeline: string, wanted: WantedModel): Promise<StoredModel | null>;
  /** Version that carries the alias now; null: none. Cheap: it is asked every few seconds. */
  versionOf(pipeline: string, alias: string): Promise<number | null>;
  /**
   * How the pipeline, as it was deployed last, says that it is served; null: it was never deployed, and each version's own
   * rules count. Asked as often as `versionOf`.
   */
  rulesOf?(pipeline: string): Promise<ServingRules | null>;
  /** Calls back after an alias of the pipeline moved; the result ends that. */
  onChange(pipeline: string, callback: () => void): Promise<() => Promise<void>>;
}
