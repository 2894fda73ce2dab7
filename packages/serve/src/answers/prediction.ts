/** A number in the unit of the target. */
export interface ValuePrediction {
  readonly value: number;
  readonly unit: string | null;
  /** Where the truth lies with the probability `coverage`, when the model was calibrated for it. */
  readonly interval?: { readonly low: number; readonly high: number; readonly coverage: number };
}

export interface LabelPrediction {
  /** The most probable class. */
  readonly label: string;
  /** Probability of every class; they sum to 1. */
  readonly probability: Readonly<Record<string, number>>;
}

export interface AnomalyPrediction {
  /** 0 to 1; the higher, the more unusual. */
  readonly score: number;
  /** Score from which a row is an alert. */
  readonly threshold: number;
  readonly alert: boolean;
}

export type Prediction = ValuePrediction | LabelPrediction | AnomalyPrediction;
