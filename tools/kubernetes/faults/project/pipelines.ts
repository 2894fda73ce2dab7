// What is disturbed on the rig: four times the same small pipeline, each step that a fault can hit as a Job.
import { setTimeout as sleep } from "node:timers/promises";
import { atLeast, between, column, dataset, gradientBoosting, httpBatches, pipeline, setting, shuffled } from "@atalaya/define";

/** Where a step asks whether it may end, so that a fault comes in the middle of it; unset where nobody disturbs. */
const GATE = process.env["FAULTS_GATE"];
/** More than the first attempt at it may take, and not more than the second. */
const HUNGER_BYTES = 320 * 1024 * 1024;

const homes = dataset("homes", {
  price: column.number({ unit: "USD", min: 1 }),
  size: column.number({ unit: "m²", min: 1 }),
  rooms: column.integer({ min: 0, max: 20 }),
  city: column.category(),
});

async function isHeld(url: string): Promise<boolean> {
  const answer = (await (await fetch(url)).json()) as { readonly isHeld: boolean };
  return answer.isHeld;
}

const begin = (name: string) =>
  pipeline(name)
    .ingest(homes, httpBatches(setting.url("FAULTS_URL"), { page: "batch", query: { pipeline: name } }))
    .validate({ maxRejected: 0.2 })
    .keepInTables()
    .step("dwell", async (rows) => {
      while (GATE !== undefined && (await isHeld(`${GATE}?pipeline=${name}`))) await sleep(100);
      return rows;
    });

const finish = (rows: ReturnType<typeof begin>) =>
  rows
    .features(homes.features({ target: "price" }))
    .split(shuffled({ test: 0.2, validation: 0.2, seed: 7 }))
    .train({ optimise: "rmse", trials: 4, seed: 7 }, gradientBoosting({ trees: 40, leaves: between(8, 32) }))
    .evaluate({ metrics: ["rmse", "r2"] })
    .gate(atLeast("r2", 0.5))
    .promote("production")
    .runsOn("kubernetes", {
      cpu: "100m",
      memory: "512Mi",
      steps: {
        validate: { executor: "inline" },
        decide: { executor: "inline" },
        features: { executor: "inline" },
        split: { executor: "inline" },
        "keep clean": { executor: "inline" },
        evaluate: { executor: "inline" },
        gate: { executor: "inline" },
        register: { executor: "inline" },
        promote: { executor: "inline" },
        "step hungry": { memory: "256Mi" },
      },
    });

// A project's pipelines are carried out in the order of their names here.
export const disturbed1 = finish(
  begin("evicted-and-hungry").step("hungry", (rows) => {
    // Touched, or the kernel would not count it.
    if (GATE !== undefined) Buffer.alloc(HUNGER_BYTES).fill(1);
    return rows;
  }),
);
export const disturbed2 = finish(begin("worker-and-database"));
export const disturbed3 = finish(begin("server-away"));
export const disturbed4 = finish(begin("node-stopped"));
