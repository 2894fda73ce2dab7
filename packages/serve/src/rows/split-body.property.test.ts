import fc from "fast-check";
import { expect, it } from "vitest";
import { splitBody } from "./split-body.js";

const row = fc.dictionary(
  fc.string(),
  fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom("},{", '"},{"', "]", "\\"), fc.string()),
  {
    maxKeys: 4,
  },
);

/** undefined: no JSON. */
function parsed(part: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(part));
  } catch {
    return undefined;
  }
}

it("parts that can all be parsed are the rows of the whole", () => {
  let whole = 0;
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 2, maxLength: 30 }),
      fc.boolean(),
      fc.integer({ min: 2, max: 4 }),
      fc.boolean(),
      (rows, isWrapped, count, isSpaced) => {
        const text = JSON.stringify(isWrapped ? { rows } : rows, null, isSpaced ? 1 : 0);
        const parts = splitBody(Buffer.from(text), count);
        if (parts === null) return;
        expect(parts).toHaveLength(count);
        const lists = parts.map(parsed);
        if (lists.includes(undefined)) return;
        whole++;
        expect(lists.flat()).toEqual(JSON.parse(JSON.stringify(rows)));
      },
    ),
  );
  expect(whole).toBeGreaterThan(10);
});

it("cuts about in the middle", () => {
  const rows = Array.from({ length: 10_000 }, (_, bed) => ({ bed, city: "Ponce" }));
  const [first, second] = splitBody(Buffer.from(JSON.stringify({ rows })), 2) ?? [];
  expect(Math.abs((first?.length ?? 0) - (second?.length ?? 0))).toBeLessThan(100);
});

it.each([
  "",
  "5",
  "{}",
  '{"rows":[{"a":1},{"a":2}],"explain":true}',
  '{"bed":[{},{}]}',
  "[1,2,3]",
  '[{"a":1}',
  '[{"a":1},{"a":2}]}',
])("leaves %s alone", (text) => {
  expect(splitBody(Buffer.from(text), 2)).toBeNull();
});
