import type { ReferenceSketch, Replay } from "./bundle.js";
import type { HeaderReader } from "./header-reader.js";

/** Reads the reference sketch of one column. */
export function readSketch(reader: HeaderReader): ReferenceSketch {
  const name = reader.field("name").text();
  const rows = reader.field("rows").integer(0);
  const missing = reader.field("missing").integer(0, rows);
  const kind = reader.field("kind").oneOf(["number", "category"]);
  if (kind === "number") return { kind, name, rows, missing, quantiles: readQuantiles(reader.field("quantiles")) };
  const levels = reader
    .field("levels")
    .list()
    .map((level) => ({ level: level.field("level").text(), rows: level.field("rows").integer(1, rows) }));
  return { kind, name, rows, missing, levels, other: reader.field("other").integer(0, rows) };
}

function readQuantiles(reader: HeaderReader): number[] {
  const quantiles = reader.numbers();
  if (quantiles.length !== 0 && quantiles.length !== 101) throw reader.fail(`has ${quantiles.length} entries instead of 101`);
  const wrong = quantiles.findIndex((value, step) => step > 0 && value < quantiles[step - 1]);
  if (wrong >= 0) throw reader.fail(`does not ascend at ${wrong}`);
  return quantiles;
}

function readRow(reader: HeaderReader): Replay["rows"][number] {
  const row = reader.record();
  const nested = Object.keys(row).find((name) => typeof row[name] === "object" && row[name] !== null);
  if (nested !== undefined) throw reader.fail(`holds more than one value in ${JSON.stringify(nested)}`);
  return row as Replay["rows"][number];
}

/** Reads replay rows with as many features and outputs as the model has. */
export function readReplay(reader: HeaderReader, columnCount: number, outputCount: number): Replay {
  const rows = reader.field("rows").list().map(readRow);
  const matrix = (name: string) => {
    const list = reader.field(name).list();
    if (list.length !== rows.length) throw reader.field(name).fail(`has ${list.length} entries instead of ${rows.length}`);
    return list;
  };
  return {
    rows,
    features: matrix("features").map((row) => row.numbersOrNull(columnCount)),
    outputs: matrix("outputs").map((row) => row.numbers(outputCount)),
  };
}
