import { measureAlarms } from "../loop/alarms.mjs";
import { measureCurve } from "../loop/curve.mjs";
import { measureDrift } from "../loop/drift.mjs";
import { measureIngest } from "../loop/ingest.mjs";
import { measureSteps } from "../loop/steps.mjs";

export const question = "What does the loop cost, drift, ingest and durable steps, and how often is it wrong?";
export const python = "loop-requirements.txt";

/** @param {import("../../tools/bench.mjs").Bench} bench */
export async function* measure(bench) {
  yield* measureAlarms(bench);
  yield* measureDrift(bench);
  yield* measureIngest(bench);
  yield* measureSteps(bench);
  yield* measureCurve(bench);
}
