import type { Prediction } from "../answers/prediction.js";
import type { ServedModel } from "../models/served-model.js";
import type { ServedPipeline } from "../models/served-pipeline.js";
import { type AbortRules, Challenger, type ChallengerReport } from "./challenger.js";

export interface RolloutOptions {
  /** Follow the aliases `shadow` and `canary`. */
  readonly shadow: ServedPipeline;
  readonly canary: ServedPipeline;
  /** Share of the requests that the canary answers, 0 to 1. */
  readonly canaryShare: number;
  readonly rules: AbortRules;
  readonly random?: () => number;
  readonly onAborted: (challenger: Challenger, because: string) => void;
}

/**
 * Versions on trial beside the champion: the one with the alias `shadow` scores the same small requests, and nobody is told;
 * the one with the alias `canary` answers a share of them. Taken out by itself, a version stays out until its alias moves.
 */
export class Rollout {
  readonly #options: RolloutOptions;
  #shadow: Challenger | null = null;
  #canary: Challenger | null = null;

  constructor(options: RolloutOptions) {
    this.#options = options;
  }

  /** The version on trial that answers this request; null: the champion does. */
  choose(): Challenger | null {
    const { canary, canaryShare, random = Math.random } = this.#options;
    if (canary.model === null) return null;
    this.#canary = this.#current("canary", this.#canary, canary.model);
    return this.#canary.aborted === null && random() < canaryShare ? this.#canary : null;
  }

  /** After the champion's answer; scores the same rows with the shadow by `score`. */
  championAnswered(
    predictions: readonly Prediction[],
    latencyMs: number,
    score: (model: ServedModel) => readonly Prediction[],
  ): void {
    const { shadow, canary } = this.#options;
    if (canary.model !== null && this.#canary?.aborted === null) this.#canary.championAnswered(predictions, latencyMs);
    if (shadow.model === null) return;
    this.#shadow = this.#current("shadow", this.#shadow, shadow.model);
    const challenger = this.#shadow;
    if (challenger.aborted !== null) return;
    challenger.championAnswered(predictions, latencyMs);
    const start = performance.now();
    let because: string | null;
    try {
      const own = score(challenger.model);
      because = challenger.answered(own, performance.now() - start, predictions);
    } catch {
      because = challenger.failed();
    }
    this.tell(challenger, because);
  }

  /** What `answered` or `failed` of a challenger said. */
  tell(challenger: Challenger, because: string | null): void {
    if (because !== null) this.#options.onAborted(challenger, because);
  }

  report(): ChallengerReport[] {
    const { shadow, canary } = this.#options;
    if (shadow.model !== null) this.#shadow = this.#current("shadow", this.#shadow, shadow.model);
    if (canary.model !== null) this.#canary = this.#current("canary", this.#canary, canary.model);
    return [
      ...(this.#shadow !== null && shadow.model !== null ? [this.#shadow.report()] : []),
      ...(this.#canary !== null && canary.model !== null ? [this.#canary.report()] : []),
    ];
  }

  async close(): Promise<void> {
    await Promise.all([this.#options.shadow.close(), this.#options.canary.close()]);
  }

  #current(role: "shadow" | "canary", known: Challenger | null, model: ServedModel): Challenger {
    return known?.model === model ? known : new Challenger(role, model, this.#options.rules);
  }
}
