import type { Histogram, HistogramCell, Meter } from "@atalaya/telemetry";
import type { Prediction } from "../answers/prediction.js";
import { scoreOf } from "../rollout/challenger.js";

/** What was answered with a version, as far as the metrics want to know. */
export interface AnsweredRows {
  readonly pipeline: string;
  readonly version: number;
  readonly rows: number;
  readonly isExplained: boolean;
  /** Milliseconds since the request's head; null: a part of a stream, which takes as long as its sender likes. */
  readonly elapsedMs: number | null;
  /** Of every row; empty where the answer was written from columns or on a thread. */
  readonly predictions: readonly Prediction[];
  /** The answers as the text of a JSON list, of which some are read when there are no predictions. */
  readonly text: string | null;
}

interface VersionCounts {
  readonly pipeline: string;
  readonly version: number;
  predicted: number;
  explained: number;
  readonly values: HistogramCell;
}

/** Rows by pipeline and version, their values and their time: some additions for a request. */
export class AnswerMeter {
  readonly #versions = new Map<string, Map<number, VersionCounts>>();
  readonly #values: Histogram<"atalaya_prediction_value">;
  readonly #prices: Histogram<"prediction_price_dollars">;
  readonly #seconds: Histogram<"prediction_latency_seconds">;
  readonly #explainSeconds: Histogram<"atalaya_explanation_seconds">;
  readonly #cellsByPipeline = new Map<string, { readonly seconds: HistogramCell; readonly explainSeconds: HistogramCell }>();

  constructor(meter: Meter) {
    meter.observe("atalaya_predictions_total", () => this.#rows("predicted"));
    meter.observe("predictions_total", () => this.#rows("predicted"));
    meter.observe("atalaya_explanations_total", () => this.#rows("explained"));
    this.#values = meter.histogram("atalaya_prediction_value");
    this.#prices = meter.histogram("prediction_price_dollars");
    this.#seconds = meter.histogram("prediction_latency_seconds");
    this.#explainSeconds = meter.histogram("atalaya_explanation_seconds");
  }

  answered({ pipeline, version, rows, isExplained, elapsedMs, predictions, text }: AnsweredRows): void {
    const counts = this.#countsOf(pipeline, version);
    if (isExplained) counts.explained += rows;
    else counts.predicted += rows;
    if (elapsedMs !== null) {
      const { seconds, explainSeconds } = this.#cellsOf(pipeline);
      (isExplained ? explainSeconds : seconds).observe(elapsedMs / 1_000);
    }
    const known = predictions.length > 0 || text === null ? predictions : firstOf(text);
    for (const prediction of known) {
      const value = scoreOf(prediction);
      counts.values.observe(value);
      if ("unit" in prediction && prediction.unit === "USD") this.#prices.of({ pipeline }).observe(value);
    }
  }

  *#rows(kind: "predicted" | "explained") {
    for (const versions of this.#versions.values()) {
      for (const { pipeline, version, [kind]: value } of versions.values()) {
        if (value > 0) yield { labels: { pipeline, version }, value };
      }
    }
  }

  #countsOf(pipeline: string, version: number): VersionCounts {
    let versions = this.#versions.get(pipeline);
    if (versions === undefined) {
      versions = new Map();
      this.#versions.set(pipeline, versions);
    }
    let counts = versions.get(version);
    if (counts === undefined) {
      counts = { pipeline, version, predicted: 0, explained: 0, values: this.#values.of({ pipeline, version }) };
      versions.set(version, counts);
    }
    return counts;
  }

  #cellsOf(pipeline: string): { readonly seconds: HistogramCell; readonly explainSeconds: HistogramCell } {
    let cells = this.#cellsByPipeline.get(pipeline);
    if (cells === undefined) {
      cells = { seconds: this.#seconds.of({ pipeline }), explainSeconds: this.#explainSeconds.of({ pipeline }) };
      this.#cellsByPipeline.set(pipeline, cells);
    }
    return cells;
  }
}

/** Text of a large answer that is read for the metrics: some tens of rows. */
const SAMPLE_LENGTH = 4_096;

/** The first predictions of a JSON list, cheap at any length. */
export function firstOf(text: string): Prediction[] {
  const end = text.length <= SAMPLE_LENGTH ? text.length : text.lastIndexOf("},{", SAMPLE_LENGTH) + 1;
  const list = end === text.length ? text : end <= 0 ? "[]" : `${text.slice(0, end)}]`;
  try {
    return JSON.parse(list) as Prediction[];
  } catch {
    // A cut inside of a nested object: metrics do without.
    return [];
  }
}
