import { createHash } from "node:crypto";
import type { ModelSource, StoredModel, WantedModel } from "../models/model-source.js";
import type { ServingRules } from "../models/serving-rules.js";

/** A registry in memory, as a port for tests: versions, aliases, moves of them, and an outage. */
export class MemoryModels implements ModelSource {
  /** Set: every question fails with it. */
  outage: Error | null = null;
  /** Set: moves of aliases are told to nobody. */
  isSilent = false;
  loads = 0;
  /** What pipelines were deployed with. */
  readonly rules = new Map<string, ServingRules>();
  readonly #versions = new Map<string, StoredModel>();
  readonly #aliases = new Map<string, number>();
  readonly #listeners = new Map<string, Set<() => void>>();

  store(
    pipeline: string,
    version: number,
    bytes: Uint8Array,
    hash = createHash("sha256").update(bytes).digest("hex"),
    more: Partial<StoredModel> = {},
  ): void {
    this.#versions.set(`${pipeline}/${version}`, { version, hash, bytes, metrics: { r2: 0.9, mape: null }, ...more });
  }

  promote(pipeline: string, version: number | null, alias = "production"): void {
    if (version === null) this.#aliases.delete(`${pipeline}@${alias}`);
    else this.#aliases.set(`${pipeline}@${alias}`, version);
    if (!this.isSilent) for (const callback of this.#listeners.get(pipeline) ?? []) callback();
  }

  listeners(pipeline: string): number {
    return this.#listeners.get(pipeline)?.size ?? 0;
  }

  async load(pipeline: string, wanted: WantedModel): Promise<StoredModel | null> {
    this.#checkOutage();
    this.loads++;
    const version = "version" in wanted ? wanted.version : this.#aliases.get(`${pipeline}@${wanted.alias}`);
    return this.#versions.get(`${pipeline}/${version}`) ?? null;
  }

  async versionOf(pipeline: string, alias: string): Promise<number | null> {
    this.#checkOutage();
    return this.#aliases.get(`${pipeline}@${alias}`) ?? null;
  }

  async rulesOf(pipeline: string): Promise<ServingRules | null> {
    this.#checkOutage();
    return this.rules.get(pipeline) ?? null;
  }

  async onChange(pipeline: string, callback: () => void): Promise<() => Promise<void>> {
    this.#checkOutage();
    const callbacks = this.#listeners.get(pipeline) ?? new Set();
    this.#listeners.set(pipeline, callbacks.add(callback));
    return async () => void callbacks.delete(callback);
  }

  #checkOutage(): void {
    if (this.outage !== null) throw this.outage;
  }
}
