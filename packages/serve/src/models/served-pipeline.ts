import { type AtalayaError, isAtalayaError } from "@atalaya/errors";
import { errors } from "../errors.js";
import type { LastGoodModels } from "./last-good.js";
import type { ModelSource, StoredModel, WantedModel } from "./model-source.js";
import { openBundle, openBundleInTurns } from "./open-bundle.js";
import { prepareExplanations } from "./prepare-explanations.js";
import type { OpenModel } from "./scoring-model.js";
import { openStoredModel, type ServedModel } from "./served-model.js";
import type { ServingRules } from "./serving-rules.js";

/** What a service wants to know about its models: for the log and the metrics. */
export interface ModelObserver {
  /** null: nothing is served any more, as no version carries the alias. */
  served(pipeline: string, model: ServedModel | null): void;
  failed(pipeline: string, error: AtalayaError): void;
  /** The version could not be put on local disk. */
  notKept?(pipeline: string, error: unknown): void;
}

export interface ServedPipelineOptions {
  readonly name: string;
  readonly alias: string;
  readonly source: ModelSource;
  readonly open: OpenModel;
  readonly observer: ModelObserver;
  /** How often the alias is asked for besides notifications, which may be lost. */
  readonly pollMs: number;
  /** Absent: nothing is kept on local disk. */
  readonly lastGood?: LastGoodModels | undefined;
}

/** What is not needed for the first answer does not delay it. */
const PREPARE_AFTER_MS = 500;

/**
 * The model that one pipeline answers with in this process. It follows the alias; a version that is refused, or a source
 * that cannot be reached, leaves the one before in place. Loads are carried out one after another.
 */
export class ServedPipeline {
  readonly name: string;
  readonly alias: string;
  readonly #options: ServedPipelineOptions;
  #model: ServedModel | null = null;
  /** What was served before, in memory. */
  #before: ServedModel | null = null;
  #pinned = false;
  #problem: AtalayaError | null = null;
  /** Not tried again until the alias moves or someone asks. */
  #refusedVersion: number | null = null;
  #lastLoad: Promise<unknown> = Promise.resolve();
  #stopListening: (() => Promise<void>) | null = null;
  #poll: NodeJS.Timeout | null = null;
  #closed = false;
  readonly #closing = new AbortController();

  constructor(options: ServedPipelineOptions) {
    this.name = options.name;
    this.alias = options.alias;
    this.#options = options;
  }

  /** null: not ready. */
  get model(): ServedModel | null {
    return this.#model;
  }

  /** True: `pin` chose the version, and moves of the alias are ignored until `reload`. */
  get pinned(): boolean {
    return this.#pinned;
  }

  /** Why the last load failed; null after one that did not. */
  get problem(): AtalayaError | null {
    return this.#problem;
  }

  /** True: it answers, but its models cannot be reached, so a move of the alias would go unnoticed. */
  get degraded(): boolean {
    return this.#model !== null && this.#problem?.code === "SERVE_MODEL_SOURCE_FAILED";
  }

  /** The model to answer with. @throws SERVE_NOT_READY */
  ready(): ServedModel {
    if (this.#model !== null) return this.#model;
    const because = this.#problem?.message.replace(/\.$/, "") ?? `no version carries the alias ${this.alias}`;
    throw errors.NOT_READY({ pipeline: this.name, because });
  }

  /**
   * Loads what the alias names and follows it from now on. Resolves as soon as there is a model to answer with, be it the
   * last good one of the local disk. Never rejects: problems are told to the observer.
   */
  async start(): Promise<void> {
    await this.#startWithLastGood();
    const following = Promise.all([this.#listen(), this.#follow({ retryRefused: false })]).then(() => this.#pollLater());
    if (this.#model === null) await following;
  }

  async #startWithLastGood(): Promise<void> {
    const stored = await this.#options.lastGood?.load(this.name, this.alias);
    if (stored == null) return;
    try {
      this.#swapFirst(await openStoredModel(this.name, stored, this.alias, this.#options.open));
    } catch (error) {
      // Damaged on disk, or of another release: what the alias names is fetched as if there were none.
      if (isAtalayaError(error)) this.#report(error);
    }
  }

  /**
   * Goes back to the version that carries the alias now, and tries even one again that was refused.
   *
   * @throws SERVE_ALIAS_UNSET, SERVE_MODEL_REFUSED, SERVE_MODEL_SOURCE_FAILED
   */
  async reload(): Promise<ServedModel> {
    return this.#inTurn(async () => {
      this.#pinned = false;
      const model = await this.#reporting(() => this.#loadAlias({ retryRefused: true }));
      if (model === null) throw errors.ALIAS_UNSET({ pipeline: this.name, alias: this.alias });
      return model;
    });
  }

  /**
   * Serves this version, in this process alone, until `reload` or the end of the process.
   *
   * @throws SERVE_VERSION_UNKNOWN, SERVE_ALIAS_UNSET, SERVE_MODEL_REFUSED, SERVE_MODEL_SOURCE_FAILED
   */
  async pin(wanted: WantedModel): Promise<ServedModel> {
    return this.#inTurn(async () => {
      const found = await this.#fetch(wanted);
      if (found === null) {
        throw "version" in wanted
          ? errors.VERSION_UNKNOWN({ pipeline: this.name, version: wanted.version })
          : errors.ALIAS_UNSET({ pipeline: this.name, alias: wanted.alias });
      }
      const rules = await this.#deployedRules();
      const stored = rules === null ? found : { ...found, rules };
      const model = await openStoredModel(this.name, stored, "alias" in wanted ? wanted.alias : null, this.#opener());
      await this.#prepare(model);
      this.#pinned = true;
      this.#problem = null;
      return this.#swap(model);
    });
  }

  /** Does not wait for a load that hangs; one that ends later changes nothing and tells nobody. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#closing.abort();
    if (this.#poll !== null) clearTimeout(this.#poll);
    await this.#stopListening?.();
  }

  /** Notifications are the quick way; a source that was away when they were asked for is asked again. */
  async #listen(): Promise<void> {
    if (this.#stopListening !== null) return;
    try {
      const stop = await this.#options.source.onChange(this.name, () => void this.#follow({ retryRefused: true }));
      if (this.#closed) await stop();
      else this.#stopListening = stop;
    } catch (cause) {
      this.#report(this.#unreachable(cause));
    }
  }

  #pollLater(): void {
    if (this.#closed) return;
    const again = () => Promise.all([this.#listen(), this.#follow({ retryRefused: false })]).then(() => this.#pollLater());
    this.#poll = setTimeout(() => void again(), this.#options.pollMs).unref();
  }

  async #follow(options: { retryRefused: boolean }): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#pinned || this.#closed) return;
      await this.#reporting(() => this.#loadAlias(options)).catch(() => undefined);
    });
  }

  async #loadAlias({ retryRefused }: { retryRefused: boolean }): Promise<ServedModel | null> {
    const version = await this.#ask(() => this.#options.source.versionOf(this.name, this.alias));
    if (version === null) {
      this.#refusedVersion = null;
      await this.#options.lastGood?.forget(this.name, this.alias).catch(() => undefined);
      return this.#swap(null);
    }
    const rules = await this.#deployedRules();
    if (this.#model?.version === version && this.#model.alias === this.alias) return this.#ruled(this.#model, rules);
    if (this.#before?.version === version && this.#before.alias === this.alias) return this.#goBack(this.#before, rules);
    if (this.#refusedVersion === version && !retryRefused && this.#problem !== null) throw this.#problem;
    try {
      const found = await this.#fetch({ version });
      if (found === null) throw errors.VERSION_UNKNOWN({ pipeline: this.name, version });
      const stored = rules === null ? found : { ...found, rules };
      const model = await openStoredModel(this.name, stored, this.alias, this.#opener());
      this.#refusedVersion = null;
      this.#keep(stored);
      if (this.#model === null) return this.#swapFirst(model);
      await this.#prepare(model);
      return this.#swap(model);
    } catch (error) {
      if (isAtalayaError(error) && error.code === "SERVE_MODEL_REFUSED") this.#refusedVersion = version;
      throw error;
    }
  }

  /** The version before is still there: a way back is taken at once. */
  #goBack(before: ServedModel, rules: ServingRules | null): ServedModel {
    this.#refusedVersion = null;
    this.#keep(before);
    this.#swap(before);
    return this.#ruled(before, rules);
  }

  /** The same version under the rules that its pipeline was deployed with last. */
  #ruled(model: ServedModel, rules: ServingRules | null): ServedModel {
    if (rules === null || JSON.stringify(rules) === JSON.stringify(model.rules)) return model;
    const ruled = { ...model, rules, identity: { ...model.identity, rules } };
    this.#keep(ruled);
    return this.#swap(ruled);
  }

  /** The first model is opened as quickly as it can be, another without holding up those who are answered. */
  #opener(): OpenModel {
    const { open } = this.#options;
    return open === openBundle && this.#model !== null ? openBundleInTurns : open;
  }

  /** A version that replaces another answers when its explanations are quick. */
  async #prepare(model: ServedModel): Promise<void> {
    try {
      await prepareExplanations(model, this.#closing.signal);
    } catch (cause) {
      throw errors.MODEL_REFUSED({ pipeline: this.name, version: model.version, because: sentence(cause) }, cause);
    }
  }

  /** The first version answers at once, and its explanations wait for what is still to be made. */
  #swapFirst(model: ServedModel): ServedModel {
    const prepare = () => this.#prepare(model).catch((error: AtalayaError) => this.#report(error));
    setTimeout(() => void prepare(), PREPARE_AFTER_MS).unref();
    return this.#swap(model);
  }

  /** A disk that is full costs the next start, not this answer. */
  #keep(stored: StoredModel): void {
    const kept = this.#options.lastGood?.keep(this.name, this.alias, stored);
    kept?.catch((error: unknown) => this.#options.observer.notKept?.(this.name, error));
  }

  #swap<Model extends ServedModel | null>(model: Model): Model {
    const changed = this.#model !== model && !this.#closed;
    if (this.#model !== null && this.#model.version !== model?.version) this.#before = this.#model;
    this.#model = model;
    if (changed) this.#options.observer.served(this.name, model);
    return model;
  }

  async #reporting<Result>(load: () => Promise<Result>): Promise<Result> {
    try {
      const result = await load();
      this.#problem = null;
      return result;
    } catch (cause) {
      const error = isAtalayaError(cause) ? cause : this.#unreachable(cause);
      this.#report(error);
      throw error;
    }
  }

  /** Tells a problem once, however often it is met. */
  #report(error: AtalayaError): void {
    const isNew = this.#problem?.code !== error.code || this.#problem.message !== error.message;
    this.#problem = error;
    if (isNew && !this.#closed) this.#options.observer.failed(this.name, error);
  }

  async #fetch(wanted: WantedModel): Promise<StoredModel | null> {
    try {
      return await this.#options.source.load(this.name, wanted);
    } catch (cause) {
      // Lost or damaged in the store: no use to try again, unlike a store that is away.
      const isFinal = isAtalayaError(cause) && !cause.retryable && "version" in wanted;
      if (!isFinal) throw this.#unreachable(cause);
      throw errors.MODEL_REFUSED({ pipeline: this.name, version: wanted.version, because: sentence(cause) }, cause);
    }
  }

  async #ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    try {
      return await question();
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  #deployedRules(): Promise<ServingRules | null> {
    return this.#ask(async () => (await this.#options.source.rulesOf?.(this.name)) ?? null);
  }

  #unreachable(cause: unknown): AtalayaError {
    return errors.MODEL_SOURCE_FAILED({ pipeline: this.name, because: sentence(cause) }, cause);
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#lastLoad.then(work);
    this.#lastLoad = result.catch(() => undefined);
    return result;
  }
}

/** Fit to stand inside another sentence. */
function sentence(cause: unknown): string {
  const text = cause instanceof Error && cause.message !== "" ? cause.message : String(cause);
  return text.replace(/\.$/, "");
}
