import type { Views } from "./views.js";

export function partitionKernels(views: Views) {
  return {
    partitionRows(index: number, count: number, column: number, goesLeft: number, scratch: number): number {
      const { words, bytes } = views.refresh();
      const from = index >>> 2;
      let left = from;
      let right = scratch >>> 2;
      for (let place = from; place < from + count; place++) {
        const row = words[place];
        const step = bytes[goesLeft + bytes[column + row]];
        words[left] = row;
        words[right] = row;
        left += step;
        right += 1 - step;
      }
      words.copyWithin(left, scratch >>> 2, right);
      return left - from;
    },
    splitRows(index: number, count: number, column: number, goesLeft: number, scratch: number): number {
      const { words, bytes } = views.refresh();
      let left = scratch >>> 2;
      let right = left + count - 1;
      for (let place = index >>> 2; place < (index >>> 2) + count; place++) {
        const row = words[place];
        const step = bytes[goesLeft + bytes[column + row]];
        words[left] = row;
        words[right] = row;
        left += step;
        right -= 1 - step;
      }
      return left - (scratch >>> 2);
    },
    joinRows(scratch: number, count: number, leftCount: number, left: number, right: number): void {
      const { words } = views.refresh();
      const from = scratch >>> 2;
      words.copyWithin(left >>> 2, from, from + leftCount);
      let to = right >>> 2;
      for (let place = from + count - 1; place >= from + leftCount; place--) words[to++] = words[place];
    },
  };
}
