import type { Prediction } from "../answers/prediction.js";
import type { ServedModel } from "../models/served-model.js";

/** When a challenger is taken out by itself. */
export interface AbortRules {
  /** Requests that it must have answered before it is judged. */
  readonly minRequests: number;
  /** Largest share of its requests that may fail. */
  readonly mostFailures: number;
  /** How many times as long as the champion it may take, on average; differences under a millisecond do not count. */
  readonly mostLatencyRatio: number;
  /** Largest shift of its mean score against the champion's, in standard deviations of the champion's. */
  readonly mostShift: number;
}

export const ABORT_RULES: AbortRules = { minRequests: 200, mostFailures: 0.01, mostLatencyRatio: 3, mostShift: 0.5 };

/** Differences below this are noise of the machine, not of a model. */
const LEAST_LATENCY_MS = 1;

/** What is known of a side's answers. */
class Answers {
  requests = 0;
  failures = 0;
  latencyMs = 0;
  /** Of the scores: number, mean, and sum of squared differences from it (Welford). */
  scores = 0;
  mean = 0;
  #squares = 0;

  answered(predictions: readonly Prediction[], latencyMs: number): void {
    this.requests++;
    this.latencyMs += latencyMs;
    for (const prediction of predictions) {
      const score = scoreOf(prediction);
      this.scores++;
      const difference = score - this.mean;
      this.mean += difference / this.scores;
      this.#squares += difference * (score - this.mean);
    }
  }

  get deviation(): number {
    return this.scores < 2 ? 0 : Math.sqrt(this.#squares / (this.scores - 1));
  }

  get meanLatencyMs(): number {
    return this.requests === 0 ? 0 : this.latencyMs / this.requests;
  }
}

export interface ChallengerReport {
  readonly role: "shadow" | "canary";
  readonly version: number;
  readonly requests: number;
  readonly failures: number;
  readonly meanLatencyMs: number;
  readonly meanScore: number;
  readonly champion: { readonly requests: number; readonly meanLatencyMs: number; readonly meanScore: number };
  /** Shadow: mean absolute difference of the scores of the same rows; null for a canary, whose rows are others. */
  readonly meanDifference: number | null;
  /** Why it was taken out; null: it was not. */
  readonly aborted: string | null;
}

/** One version on trial, compared with the champion while both answer. */
export class Challenger {
  readonly role: "shadow" | "canary";
  readonly model: ServedModel;
  readonly #rules: AbortRules;
  readonly #own = new Answers();
  readonly #champion = new Answers();
  #difference = 0;
  #compared = 0;
  #aborted: string | null = null;

  constructor(role: "shadow" | "canary", model: ServedModel, rules: AbortRules) {
    this.role = role;
    this.model = model;
    this.#rules = rules;
  }

  get aborted(): string | null {
    return this.#aborted;
  }

  championAnswered(predictions: readonly Prediction[], latencyMs: number): void {
    this.#champion.answered(predictions, latencyMs);
  }

  /** `others` are the champion's predictions of the same rows. Returns why it is taken out now; null: it goes on. */
  answered(predictions: readonly Prediction[], latencyMs: number, others: readonly Prediction[] | null): string | null {
    this.#own.answered(predictions, latencyMs);
    for (const [row, other] of (others ?? []).entries()) {
      const own = predictions[row];
      if (own === undefined) continue;
      this.#difference += Math.abs(scoreOf(own) - scoreOf(other));
      this.#compared++;
    }
    return this.#judge();
  }

  failed(): string | null {
    this.#own.requests++;
    this.#own.failures++;
    return this.#judge();
  }

  report(): ChallengerReport {
    const { requests, failures, meanLatencyMs, mean } = this.#own;
    const champion = this.#champion;
    return {
      role: this.role,
      version: this.model.version,
      requests,
      failures,
      meanLatencyMs,
      meanScore: mean,
      champion: { requests: champion.requests, meanLatencyMs: champion.meanLatencyMs, meanScore: champion.mean },
      meanDifference: this.#compared === 0 ? null : this.#difference / this.#compared,
      aborted: this.#aborted,
    };
  }

  #judge(): string | null {
    if (this.#aborted !== null || this.#own.requests < this.#rules.minRequests) return null;
    this.#aborted = this.#reason();
    return this.#aborted;
  }

  #reason(): string | null {
    const own = this.#own;
    const champion = this.#champion;
    if (own.failures / own.requests > this.#rules.mostFailures) return "errors";
    if (champion.requests < this.#rules.minRequests) return null;
    const limitMs = Math.max(champion.meanLatencyMs * this.#rules.mostLatencyRatio, champion.meanLatencyMs + LEAST_LATENCY_MS);
    if (own.meanLatencyMs > limitMs) return "latency";
    const deviation = champion.deviation;
    // Without any spread a difference of rounding is no shift.
    const allowed = deviation > 0 ? deviation * this.#rules.mostShift : Math.abs(champion.mean) * 0.01;
    return Math.abs(own.mean - champion.mean) > allowed ? "score shift" : null;
  }
}

/** A prediction as one number: the value, the score, or the probability of the last class. */
export function scoreOf(prediction: Prediction): number {
  if ("value" in prediction) return prediction.value;
  if ("score" in prediction) return prediction.score;
  const shares = Object.values(prediction.probability);
  return shares[shares.length - 1] ?? 0;
}
