import type { Views } from "./views.js";

export function binningKernels(views: Views) {
  return {
    sortDoubles(values: number, count: number, _scratch: number): void {
      const own = views.refresh().doubles.subarray(values >>> 3, (values >>> 3) + count);
      for (let place = 0; place < count; place++) own[place] += 0;
      own.sort();
    },
    gatherNumbers(values: number, first: number, rows: number, count: number, into: number): number {
      const { doubles, ints } = views.refresh();
      let copied = 0;
      for (let place = 0; place < count; place++) {
        const row = rows === 0 ? place : ints[(rows >>> 2) + place] - first;
        const value = doubles[(values >>> 3) + row];
        // Written before it is known to be missing, as the kernel does.
        doubles[(into >>> 3) + copied] = value;
        if (!Number.isNaN(value)) copied++;
      }
      return copied;
    },
    binNumbers(values: number, count: number, cuts: number, steps: number, missing: number, into: number): number {
      const { doubles, bytes } = views.refresh();
      let infinite = 0;
      for (let place = 0; place < count; place++) {
        const value = doubles[(values >>> 3) + place];
        let bin = 0;
        for (let half = steps === 0 ? 0 : 2 ** (steps - 1); half >= 1; half >>= 1) {
          if (doubles[(cuts >>> 3) + bin + half - 1] < value) bin += half;
        }
        bytes[into + place] = Number.isNaN(value) ? missing : bin;
        if (Math.abs(value) === Infinity) infinite = 1;
      }
      return infinite;
    },
    binCategories(values: number, count: number, table: number, codes: number, missing: number, into: number): void {
      const { doubles, bytes } = views.refresh();
      for (let place = 0; place < count; place++) {
        const value = doubles[(values >>> 3) + place];
        const isCode = value >= 0 && value < codes && Number.isInteger(value);
        bytes[into + place] = isCode ? bytes[table + value] : missing;
      }
    },
    transposeBins(
      columns: number,
      columnBytes: number,
      features: number,
      begin: number,
      end: number,
      bins: number,
      stride: number,
    ): void {
      const { bytes } = views.refresh();
      for (let row = begin; row < end; row++) {
        for (let feature = 0; feature < features; feature++) {
          bytes[bins + row * stride + feature] = bytes[columns + feature * columnBytes + row];
        }
      }
    },
  };
}
