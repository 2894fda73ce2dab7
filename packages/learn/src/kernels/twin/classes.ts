import { BINS, CANDIDATE_BYTES } from "../layout.js";
import { readKind, TwinCandidate } from "./scan-context.js";
import type { Views } from "./views.js";

const COUNT_BITS = 24;

export function classKernels(views: Views) {
  return {
    scanClasses(
      histogram: number,
      classes: number,
      kinds: number,
      first: number,
      last: number,
      weightUnit: number,
      minRows: number,
      threshold: number,
      totals: number,
      _scratch: number,
      candidates: number,
    ): void {
      const { doubles } = views.refresh();
      const all = doubles.subarray(totals >>> 3, (totals >>> 3) + classes + 1);
      const left = new Float64Array(classes);
      let weightAll = 0;
      let squareAll = 0;
      for (let code = 0; code < classes; code++) {
        weightAll += all[code];
        squareAll += all[code] * all[code];
      }
      const whole = squareAll / weightAll;
      for (let feature = first; feature < last; feature++) {
        const kind = readKind(views, kinds, feature);
        const best = new TwinCandidate(views, candidates + feature * CANDIDATE_BYTES);
        best.gain = threshold;
        best.bin = -1;
        best.missingLeft = 0;
        if (!kind.isUsed) continue;
        const cell = (bin: number, code: number): number => (histogram >>> 2) + 2 * ((feature * BINS + bin) * classes + code);
        let missingRows = 0;
        for (let code = 0; code < classes; code++) missingRows += views.lower(cell(kind.valueBins, code), COUNT_BITS);
        const sides = missingRows > 0 ? 2 : 1;
        for (let side = 0; side < sides; side++) {
          const lastBin = sides === 2 && side === 0 ? kind.valueBins : kind.valueBins - 1;
          let rows = side === 0 ? 0 : missingRows;
          for (let code = 0; code < classes; code++) {
            left[code] = side === 0 ? 0 : views.upper(cell(kind.valueBins, code), COUNT_BITS) * weightUnit;
          }
          for (let bin = 0; bin < lastBin; bin++) {
            let own = 0;
            let weightLeft = 0;
            let squareLeft = 0;
            let squareRight = 0;
            for (let code = 0; code < classes; code++) {
              own += views.lower(cell(bin, code), COUNT_BITS);
              left[code] += views.upper(cell(bin, code), COUNT_BITS) * weightUnit;
              const right = all[code] - left[code];
              weightLeft += left[code];
              squareLeft += left[code] * left[code];
              squareRight += right * right;
            }
            if (own === 0) continue;
            rows += own;
            if (rows < minRows) continue;
            if (all[classes] - rows < minRows) break;
            const gain = squareLeft / weightLeft + squareRight / (weightAll - weightLeft) - whole;
            if (!(gain > best.gain)) continue;
            best.gain = gain;
            best.bin = bin;
            best.missingLeft = (sides === 2 ? side === 1 : rows >= all[classes] - rows) ? 1 : 0;
          }
        }
      }
    },
  };
}
