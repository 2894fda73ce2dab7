import { expect, test } from "vitest";
import { suggest } from "./suggest.js";

const pipelines = ["house-prices", "network-anomalies", "readmission"];

test.each([
  ["house-price", "house-prices"],
  ["huose-prices", "house-prices"],
  ["House_Prices", "house-prices"],
  ["network", "network-anomalies"],
  ["readmision", "readmission"],
  ["weather", null],
  ["x", null],
])("%s means %s", (given, meant) => expect(suggest(given, pipelines)).toBe(meant));

test("the beginning of two words means neither", () => expect(suggest("pro", ["production", "prototype"])).toBeNull());
