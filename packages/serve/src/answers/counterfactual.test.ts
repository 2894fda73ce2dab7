import type { LearnerSpecification } from "@atalaya/learn";
import { describe, expect, it } from "vitest";
import { openBundle } from "../models/open-bundle.js";
import { encodeHomes, type HomeTask } from "../test/home-bundles.js";
import type { Counterfactual } from "./counterfactual.js";
import { answerCounterfactual, type CounterfactualAnswer } from "./counterfactual-request.js";

const boosting: LearnerSpecification = { learner: "gradientBoosting", parameters: { trees: 30, leaves: 8, minLeafRows: 5 } };
const isolation: LearnerSpecification = { learner: "isolationForest", parameters: { trees: 30, rowsPerTree: 64 } };
const models = new Map<HomeTask, ReturnType<typeof openBundle>>(
  (["price", "dear", "unusual"] as const).map((task) => [
    task,
    openBundle(encodeHomes(task, task === "unusual" ? isolation : boosting)),
  ]),
);
const row = { bed: 3, bath: 2, houseSize: 1_700, state: "Ohio", listedAt: "2026-05-01T00:00:00Z" };

function ask(task: HomeTask, body: object): CounterfactualAnswer & { counterfactual: Counterfactual | null } {
  return answerCounterfactual(models.get(task)!, "homes", { row, ...body }) as never;
}

/** What the model says of the row with the changes. */
function after(task: HomeTask, { changes }: Counterfactual) {
  const model = models.get(task)!;
  const changed = { ...row, ...Object.fromEntries(changes.map(({ column, to }) => [column, to])) };
  return model.predict(model.read([changed]).frame)[0]!;
}

describe("the smallest change", () => {
  it("reaches a value, and a step back does not", () => {
    const { prediction, counterfactual, reached } = ask("price", { goal: { atLeast: 300_000 } });
    expect(reached).toBe(false);
    expect((prediction as { value: number }).value).toBeLessThan(300_000);
    expect(counterfactual).not.toBeNull();
    const value = (after("price", counterfactual!) as { value: number }).value;
    expect(value).toBeGreaterThanOrEqual(300_000);
    expect(counterfactual!.prediction).toEqual(after("price", counterfactual!));
    for (const change of counterfactual!.changes) {
      const others = counterfactual!.changes.filter((other) => other !== change);
      expect((after("price", { ...counterfactual!, changes: others }) as { value: number }).value).toBeLessThan(300_000);
    }
  });

  it("changes only the columns that may change, and says when that is not enough", () => {
    const { counterfactual } = ask("price", { goal: { atLeast: 260_000 }, change: ["state"] });
    if (counterfactual !== null) expect(counterfactual.changes.map(({ column }) => column)).toEqual(["state"]);
    expect(ask("price", { goal: { atLeast: 1e9 } }).counterfactual).toBeNull();
  });

  it("flips a decision", () => {
    const { prediction, counterfactual } = ask("dear", { goal: { label: "yes" } });
    expect(prediction).toMatchObject({ label: "no" });
    expect(after("dear", counterfactual!)).toMatchObject({ label: "yes" });
    expect(counterfactual!.distance).toBeGreaterThan(0);
  });

  it("makes an alert of a usual row, or says that it is none", () => {
    const quiet = ask("unusual", { goal: { alert: false } });
    const loud = ask("unusual", { goal: { alert: true }, most: 4 });
    expect(quiet.reached).not.toBe(loud.reached);
    if (loud.counterfactual !== null) expect(after("unusual", loud.counterfactual)).toMatchObject({ alert: true });
  });

  it("is not looked for where the goal is reached", () => {
    expect(ask("price", { goal: { atMost: 1e9 } })).toMatchObject({ reached: true, counterfactual: null });
  });

  it.each<[HomeTask, object]>([
    ["price", {}],
    ["price", { goal: { label: "yes" } }],
    ["price", { goal: { atLeast: "1" } }],
    ["price", { goal: { atLeast: 1, atMost: 2 } }],
    ["dear", { goal: { label: "perhaps" } }],
    ["unusual", { goal: { alert: "no" } }],
    ["price", { goal: { atLeast: 1 }, change: ["beds"] }],
    ["price", { goal: { atLeast: 1 }, most: 9 }],
    ["price", { goal: { atLeast: 1 }, much: 1 }],
    ["price", { goal: { atLeast: 1 }, row: [] }],
  ])("of a %s refuses %j", (task, body) => {
    expect(() => ask(task, body)).toThrow(expect.objectContaining({ code: "SERVE_BAD_OPTION" }));
  });
});
