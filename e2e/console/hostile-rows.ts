/** Texts that would do something wherever text is taken for markup, script, formula or address. */
export const HOSTILE = [
  "<script>document.title='taken'</script>",
  "<img src=x onerror=\"document.title='taken'\">",
  "javascript:document.title='taken'",
  '=HYPERLINK("http://example.invalid")',
  "{{constructor.constructor('return 1')()}}",
] as const;

/** Deterministic numbers from 0 to 1 (mulberry32). */
export function createNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 300 rows of 2,000 measures, of which the first two matter. */
export function wideCsv(): string {
  const next = createNumbers(3);
  const names = Array.from({ length: 2_000 }, (_, place) => `measure${String(place).padStart(4, "0")}`);
  const lines = Array.from({ length: 300 }, () => {
    const values = names.map(() => next());
    return [values[0]! * 10 + values[1]! * 5, ...values].map((value) => value.toFixed(3)).join(",");
  });
  return `result,${names.join(",")}\n${lines.join("\n")}\n`;
}

/** Two rows of each of 10,000 places. */
export function placesCsv(): string {
  const next = createNumbers(4);
  const lines = Array.from({ length: 20_000 }, (_, row) => {
    const size = 20 + Math.round(next() * 100);
    return `${size * 3 + (row % 7)},place ${String(row % 10_000).padStart(5, "0")},${size}`;
  });
  return `result,place,size\n${lines.join("\n")}\n`;
}

/** Rows of `homes` as CSV; every twentieth cannot be read. */
export function homesCsv(count: number, seed: number): string {
  const next = createNumbers(seed);
  const lines = Array.from({ length: count }, (_, row) => {
    const size = Math.round(30 + next() * 200);
    const rooms = 1 + Math.floor(size / 30);
    const agency = next() < 0.3 ? HOSTILE[Math.floor(next() * HOSTILE.length)]! : `agency ${Math.floor(next() * 9)}`;
    const price = row % 20 === 19 ? `about ${agency}` : String(Math.round(size * 2_000 + next() * 30_000));
    return [price, String(size), String(rooms), agency].map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",");
  });
  return `price,size,rooms,agency\n${lines.join("\n")}\n`;
}
