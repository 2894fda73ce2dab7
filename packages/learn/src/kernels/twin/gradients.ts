import { exp } from "../../arithmetic/exponential.js";
import { lossCodes, packModes } from "../layout.js";
import type { Views } from "./views.js";

const ROUNDER = 6_755_399_441_055_744;
/** Nearest whole number, ties to even. */
const rounded = (x: number): number => x + ROUNDER - ROUNDER;

function slope(loss: number, residual: number, parameter: number): number {
  if (loss === lossCodes.squared) return residual;
  if (loss === lossCodes.huber) return Math.max(-parameter, Math.min(parameter, residual));
  if (loss === lossCodes.quantile) return residual > 0 ? 1 - parameter : residual < 0 ? -parameter : 0;
  return residual > 0 ? 1 : residual < 0 ? -1 : 0;
}

export function gradientKernels(views: Views) {
  return {
    prepareLoss(
      loss: number,
      begin: number,
      end: number,
      scores: number,
      target: number,
      weights: number,
      state: number,
      parameter: number,
      output: number,
      highest: number,
      inverse: number,
      sums: number,
    ): void {
      const { doubles } = views.refresh();
      let gradientSum = 0;
      let hessianSum = 0;
      let largest = 0;
      for (let row = begin; row < end; row++) {
        const weight = weights === 0 ? 1 : doubles[(weights >>> 3) + row];
        const score = doubles[(scores >>> 3) + row];
        const truth = doubles[(target >>> 3) + row];
        if (loss < lossCodes.logistic) {
          const gradient = slope(loss, score - truth, parameter);
          doubles[(state >>> 3) + row] = gradient;
          gradientSum += weight * Math.abs(gradient);
          hessianSum += weight;
          largest = Math.max(largest, weight);
          continue;
        }
        const share =
          loss === lossCodes.logistic
            ? 1 / (1 + exp(-score))
            : exp(score - doubles[(highest >>> 3) + row]) * doubles[(inverse >>> 3) + row];
        doubles[(state >>> 3) + row] = share;
        const hessian = weight * parameter * share * (1 - share);
        gradientSum += weight * Math.abs(share - (truth === output ? 1 : 0));
        hessianSum += hessian;
        largest = Math.max(largest, hessian);
      }
      doubles[sums >>> 3] = gradientSum;
      doubles[(sums >>> 3) + 1] = hessianSum;
      doubles[(sums >>> 3) + 2] = largest;
    },
    packGradients(
      mode: number,
      begin: number,
      end: number,
      state: number,
      target: number,
      weights: number,
      packed: number,
      gradientScale: number,
      hessianScale: number,
      bits: number,
      output: number,
      parameter: number,
    ): void {
      const { doubles } = views.refresh();
      for (let row = begin; row < end; row++) {
        const to = (packed >>> 2) + 2 * row;
        const own = doubles[(state >>> 3) + row];
        const weight = weights === 0 ? 1 : doubles[(weights >>> 3) + row];
        if (mode === packModes.unit) views.pack(to, rounded(own * gradientScale), bits, 1);
        else if (mode === packModes.weighted) {
          views.pack(to, rounded(weight * own * gradientScale), bits, rounded(weight * hessianScale));
        } else if (mode === packModes.drawn) {
          const draws = rounded(weight);
          views.pack(to, rounded(own * gradientScale) * draws, bits, draws);
        } else {
          const truth = doubles[(target >>> 3) + row] === output ? 1 : 0;
          const gradient = rounded(weight * (own - truth) * gradientScale);
          views.pack(to, gradient, bits, rounded(weight * parameter * own * (1 - own) * hessianScale));
        }
      }
    },
    softmaxNormalisers(
      begin: number,
      end: number,
      scores: number,
      outputBytes: number,
      outputs: number,
      highest: number,
      inverse: number,
    ): void {
      const { doubles } = views.refresh();
      const at = (output: number, row: number): number => (scores >>> 3) + output * (outputBytes >>> 3) + row;
      for (let row = begin; row < end; row++) {
        let top = doubles[at(0, row)];
        for (let output = 1; output < outputs; output++) top = Math.max(top, doubles[at(output, row)]);
        let sum = 0;
        for (let output = 0; output < outputs; output++) sum += exp(doubles[at(output, row)] - top);
        doubles[(highest >>> 3) + row] = top;
        doubles[(inverse >>> 3) + row] = 1 / sum;
      }
    },
    addToRows(scores: number, index: number, count: number, value: number): void {
      const { doubles, words } = views.refresh();
      for (let place = index >>> 2; place < (index >>> 2) + count; place++) doubles[(scores >>> 3) + words[place]] += value;
    },
    gatherResiduals(scores: number, target: number, index: number, count: number, into: number): void {
      const { doubles, words } = views.refresh();
      for (let place = 0; place < count; place++) {
        const row = words[(index >>> 2) + place];
        doubles[(into >>> 3) + place] = doubles[(target >>> 3) + row] - doubles[(scores >>> 3) + row];
      }
    },
  };
}
