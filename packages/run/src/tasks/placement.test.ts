import type { PipelineDefinition, RunsOnDefinition } from "@atalaya/define";
import { expect, test } from "vitest";
import { decodeValue, encodeValue } from "./encode-value.js";
import { placementOf } from "./placement.js";

const runsOn: RunsOnDefinition = {
  executor: "kubernetes",
  placement: { memory: "4Gi", cpu: "2" },
  steps: { tune: { memory: "16Gi" }, promote: { executor: "inline" } },
};
const declared = { runsOn } as unknown as PipelineDefinition;
const silent = {} as unknown as PipelineDefinition;

test("a step's word goes before the pipeline's, and a trial is placed as the tuning is", () => {
  expect(placementOf(declared, null, "train")).toEqual({ executor: "kubernetes", memory: "4Gi", cpu: "2" });
  expect(placementOf(declared, null, "trial 12")).toEqual({ executor: "kubernetes", memory: "16Gi", cpu: "2" });
  expect(placementOf(declared, null, "promote").executor).toBe("inline");
  expect(placementOf(silent, null, "train")).toEqual({ executor: "inline" });
});

test("the setting goes before the pipeline; a step that is to stay inline stays", () => {
  expect(placementOf(silent, "kubernetes", "train").executor).toBe("kubernetes");
  expect(placementOf(declared, "inline", "train").executor).toBe("inline");
  expect(placementOf(declared, "process", "promote").executor).toBe("inline");
});

test("every number of an outcome survives its row, and the order of keys", () => {
  const value = { z: [Number.NaN, -0, 0, 1 / 3, Number.POSITIVE_INFINITY], a: { y: null, x: "NaN" } };
  const back = decodeValue(JSON.parse(JSON.stringify(encodeValue(value))));
  expect(back).toEqual(value);
  expect(Object.is((back as typeof value).z[1], -0)).toBe(true);
  expect(JSON.stringify(back)).toBe(JSON.stringify(value));
});
