import { expect, it } from "vitest";
import { fitModel } from "../model/fit-model.js";
import { createRandom } from "../random/random.js";
import { permutationImportance } from "./permutation-importance.js";

it("ranks columns by what shuffling them costs, and leaves the matrix as it was", () => {
  const random = createRandom(6);
  const columns = Array.from({ length: 4 }, () => Float64Array.from({ length: 800 }, () => random.next()));
  columns[3].fill(1);
  const values = columns[0].map((value, row) => 3 * value + columns[1][row]);
  const matrix = { rowCount: 800, columns, names: ["much", "some", "noise", "constant"] };
  const before = columns.map((column) => column.slice());
  const model = fitModel(
    { learner: "gradientBoosting", parameters: { trees: 80 } },
    { matrix, target: { kind: "number", values } },
  );
  const loss = ([raw]: readonly Float64Array[]): number =>
    raw.reduce((sum, value, row) => sum + Math.abs(value - values[row]), 0) / 800;
  const found = permutationImportance(model, matrix, loss, { repeats: 3, seed: 1 });
  expect(found).toEqual(permutationImportance(model, matrix, loss, { repeats: 3, seed: 1 }));
  const [much, some, noise, constant] = found.increaseByColumn;
  expect(much).toBeGreaterThan(2 * some);
  expect(some).toBeGreaterThan(10 * Math.abs(noise));
  expect(constant).toBe(0);
  expect(found.deviationByColumn[0]).toBeLessThan(much / 5);
  expect(columns).toEqual(before);
});
