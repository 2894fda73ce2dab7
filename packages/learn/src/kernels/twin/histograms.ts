import { BINS, FEATURE_BYTES } from "../layout.js";
import type { Views } from "./views.js";

const FEATURE_WORDS = FEATURE_BYTES / 4;

export function histogramKernels(views: Views) {
  const addRow = (bins: number, features: number, packed: number, histogram: number): void => {
    const { bytes } = views;
    for (let feature = 0; feature < features; feature++) {
      views.add((histogram >>> 2) + feature * FEATURE_WORDS + 2 * bytes[bins + feature], packed >>> 2);
    }
  };
  return {
    clear(address: number, bytes: number): void {
      views.refresh().bytes.fill(0, address, address + bytes);
    },
    histogramOfRange(
      bins: number,
      stride: number,
      features: number,
      first: number,
      count: number,
      packed: number,
      histogram: number,
    ): void {
      views.refresh();
      for (let row = first; row < first + count; row++) addRow(bins + row * stride, features, packed + 8 * row, histogram);
    },
    histogramOfRows(
      bins: number,
      stride: number,
      features: number,
      index: number,
      count: number,
      packed: number,
      histogram: number,
      _stage: number,
    ): void {
      const { words } = views.refresh();
      for (let place = 0; place < count; place++) {
        const row = words[(index >>> 2) + place];
        addRow(bins + row * stride, features, packed + 8 * row, histogram);
      }
    },
    addHistogram(target: number, other: number, bytes: number): void {
      views.refresh();
      for (let word = 0; word < bytes >>> 2; word += 2) views.add((target >>> 2) + word, (other >>> 2) + word);
    },
    subtractHistogram(larger: number, smaller: number, bytes: number): void {
      views.refresh();
      for (let word = 0; word < bytes >>> 2; word += 2) views.subtract((larger >>> 2) + word, (smaller >>> 2) + word);
    },
    sumCells(cells: number, count: number, target: number): void {
      const { ints } = views.refresh();
      const to = target >>> 2;
      ints.fill(0, to, to + 2);
      for (let cell = 0; cell < count; cell++) views.add(to, (cells >>> 2) + 2 * cell);
    },
    countBins(column: number, index: number, count: number, counts: number): void {
      const { words, bytes } = views.refresh();
      words.fill(0, counts >>> 2, (counts >>> 2) + BINS);
      for (let place = 0; place < count; place++) words[(counts >>> 2) + bytes[column + words[(index >>> 2) + place]]]++;
    },
    histogramOfClasses(
      bins: number,
      stride: number,
      features: number,
      index: number,
      count: number,
      packed: number,
      codes: number,
      classes: number,
      histogram: number,
    ): void {
      const { words, bytes, doubles } = views.refresh();
      for (let place = 0; place < count; place++) {
        const row = words[(index >>> 2) + place];
        const code = doubles[(codes >>> 3) + row];
        for (let feature = 0; feature < features; feature++) {
          const cell = (feature * BINS + bytes[bins + row * stride + feature]) * classes + code;
          views.add((histogram >>> 2) + 2 * cell, (packed >>> 2) + 2 * row);
        }
      }
    },
  };
}
