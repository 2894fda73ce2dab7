import { expect, test } from "vitest";
import { linksOf } from "./chain-links.js";

test("a chain follows itself; a replay joins before the evaluation", () => {
  expect(linksOf(["ingest", "train", "ingest replay", "validate replay", "evaluate"])).toEqual([
    ["ingest", "train"],
    ["train", "evaluate"],
    ["ingest replay", "validate replay"],
    ["validate replay", "evaluate"],
  ]);
  expect(linksOf([])).toEqual([]);
});
