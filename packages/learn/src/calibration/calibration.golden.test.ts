import { describe, expect, it } from "vitest";
import { sigmoid } from "../arithmetic/exponential.js";
import { fitIsotonic, isotonicAt } from "./isotonic.js";
import { fitPlatt } from "./platt.js";

interface Case {
  readonly tolerance: { readonly isotonic: number; readonly platt: number };
  readonly cases: readonly {
    name: string;
    scores: number[];
    truth: number[];
    at: number[];
    isotonic: number[];
    platt: number[];
  }[];
}

const file = new URL("../../goldens/calibration/case.json", import.meta.url).href;
const golden = ((await import(/* @vite-ignore */ file)) as { default: Case }).default;

describe("calibration agrees with scikit-learn", () => {
  it.each(golden.cases)("$name", ({ scores, truth, at, isotonic, platt }) => {
    const values = Float64Array.from(scores);
    const flags = Uint8Array.from(truth);
    const curve = fitIsotonic(values, flags);
    const { slope, intercept } = fitPlatt(values, flags);
    at.forEach((score, place) => {
      expect(Math.abs(isotonicAt(curve, score) - isotonic[place]), `isotonic at ${score}`).toBeLessThanOrEqual(
        golden.tolerance.isotonic,
      );
      const got = sigmoid(slope * score + intercept);
      expect(Math.abs(got - platt[place]), `Platt at ${score}: ${got} for ${platt[place]}`).toBeLessThanOrEqual(
        golden.tolerance.platt,
      );
    });
  });
});
