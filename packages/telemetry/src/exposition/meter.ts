import { definitionOf, type LabelsOf, type MetricName, type NameOf } from "../catalogue/catalogue.js";
import { HistogramCell } from "./histogram-cell.js";
import { headOf, labelText, line, SeriesTable } from "./series.js";

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export interface Counter<Name extends MetricName> {
  add(labels: LabelsOf<Name>, by?: number): void;
  /** For what is counted elsewhere. */
  set(labels: LabelsOf<Name>, value: number): void;
  remove(labels: Partial<LabelsOf<Name>>): void;
}

export interface Gauge<Name extends MetricName> extends Counter<Name> {
  clear(): void;
}

export interface Histogram<Name extends MetricName> {
  /** The series of these labels, to be kept by who observes often. */
  of(labels: LabelsOf<Name>): HistogramCell;
}

/** A value that is read when it is asked for. */
export interface Reading<Name extends MetricName> {
  readonly labels: LabelsOf<Name>;
  readonly value: number;
}

/** Metrics of one service, by the names of the catalogue. Two meters in a process do not mix. */
export class Meter {
  readonly #parts: (() => string | Promise<string>)[] = [];
  #dropped = 0;

  /** Values not counted, as a metric had too many series. */
  get dropped(): number {
    return this.#dropped;
  }

  counter<Name extends NameOf<"counter">>(name: Name): Counter<Name> {
    return this.#values(name);
  }

  gauge<Name extends NameOf<"gauge">>(name: Name): Gauge<Name> {
    return this.#values(name);
  }

  histogram<Name extends NameOf<"histogram">>(name: Name): Histogram<Name> {
    const bounds = definitionOf(name).bounds ?? [];
    const table = new SeriesTable(
      name,
      () => new HistogramCell(bounds),
      () => this.#dropped++,
    );
    this.include(() => Array.from(table.entries(), ([labels, cell]) => cell.text(name, labels)).reduce(joined, headOf(name)));
    return table;
  }

  /** A metric whose values are read at each scrape: `read` must be quick. */
  observe<Name extends NameOf<"counter" | "gauge">>(name: Name, read: () => Iterable<Reading<Name>>): void {
    const { labels } = definitionOf(name);
    this.include(() => {
      let text = headOf(name);
      for (const reading of read()) text += line(name, labelText(labels, reading.labels), reading.value);
      return text;
    });
  }

  /** More text at each scrape, such as that of another meter. */
  include(part: () => string | Promise<string>): void {
    this.#parts.push(part);
  }

  /** The exposition in Prometheus' text format. */
  async text(): Promise<string> {
    let text = "";
    for (const part of this.#parts) text += await part();
    return text;
  }

  #values<Name extends MetricName>(name: Name): Gauge<Name> {
    const table = new SeriesTable(
      name,
      () => ({ value: 0 }),
      () => this.#dropped++,
    );
    this.include(() =>
      Array.from(table.entries(), ([labels, { value }]) => line(name, labels, value)).reduce(joined, headOf(name)),
    );
    return {
      add: (labels, by = 1) => {
        table.of(labels).value += by;
      },
      set: (labels, value) => {
        table.of(labels).value = value;
      },
      remove: (labels) => table.remove(definedOf(labels)),
      clear: () => table.clear(),
    };
  }
}

function joined(text: string, next: string): string {
  return text + next;
}

function definedOf(labels: Readonly<Record<string, string | number | undefined>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}
