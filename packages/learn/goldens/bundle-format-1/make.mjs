/**
 * Model files of format 1 with what they answered, made once by release 0.1.0 before format 2 existed. They cannot be
 * made again: later releases write a later format. Run then in packages/learn after a build: node goldens/bundle-format-1/make.mjs
 */
import { writeFileSync } from "node:fs";
import { exampleBundle, homes } from "../../dist/bundle/example-bundles.test.data.js";
import { createScorer, encodeBundle } from "../../dist/index.js";

const folder = new URL("./", import.meta.url);
const rows = homes(25, 77);
const expected = {};
for (const example of ["log1p", "softmax", "pathLength"]) {
  const bundle = exampleBundle(example);
  const scorer = createScorer(bundle);
  const explanations = scorer.explain(rows).map(({ outputs }) => outputs.map(({ base, output, effects }) => [base, output, ...effects.map(({ effect }) => effect)]));
  expected[example] = { answers: scorer.answer(rows), explanations };
  writeFileSync(new URL(`${example}.atalaya`, folder), encodeBundle(bundle));
}
writeFileSync(new URL("expected.json", folder), `${JSON.stringify(expected)}\n`);
