import { definitionOf, type MetricName } from "../catalogue/catalogue.js";

/**
 * Series that one metric may have. The labels' values come from closed sets, so this many mean a fault of ours: what is beyond
 * is not kept, and told as `atalaya_metrics_dropped_total`.
 */
export const MOST_SERIES = 2_000;

export type LabelValues = Readonly<Record<string, string | number>>;

/** `# HELP` and `# TYPE` of a metric. */
export function headOf(name: MetricName): string {
  const { help, type } = definitionOf(name);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

/** `pipeline="homes",version="1"`, in the order of the catalogue; empty without labels. */
export function labelText(names: readonly string[], labels: LabelValues): string {
  return names.map((label) => `${label}="${escaped(String(labels[label] ?? ""))}"`).join(",");
}

function escaped(text: string): string {
  if (!/[\\"\n]/.test(text)) return text;
  return text.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
}

/** One line of the exposition. */
export function line(name: string, labels: string, value: number): string {
  return labels === "" ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
}

/** Cells of one metric by the text of their labels, with an end. */
export class SeriesTable<Cell> {
  readonly #names: readonly string[];
  readonly #make: () => Cell;
  readonly #onDropped: () => void;
  readonly #cells = new Map<string, Cell>();

  constructor(name: MetricName, make: () => Cell, onDropped: () => void) {
    this.#names = definitionOf(name).labels;
    this.#make = make;
    this.#onDropped = onDropped;
  }

  /** The cell of these labels; a spare one that nobody reads when there are too many. */
  of(labels: LabelValues): Cell {
    const key = labelText(this.#names, labels);
    let cell = this.#cells.get(key);
    if (cell !== undefined) return cell;
    cell = this.#make();
    if (this.#cells.size >= MOST_SERIES) this.#onDropped();
    else this.#cells.set(key, cell);
    return cell;
  }

  /** Forgets every series that has all of these values. */
  remove(labels: LabelValues): void {
    const wanted = Object.keys(labels).map((name) => labelText([name], labels));
    for (const key of this.#cells.keys()) {
      if (wanted.every((part) => `,${key},`.includes(`,${part},`))) this.#cells.delete(key);
    }
  }

  clear(): void {
    this.#cells.clear();
  }

  entries(): IterableIterator<[string, Cell]> {
    return this.#cells.entries();
  }
}
