import { expect, it } from "vitest";
import { nearestName } from "./nearest-name.js";

const known = ["houseSize", "acreLot", "bed", "bath", "state"];

it.each([
  ["house_size", "houseSize"],
  ["HOUSESIZE", "houseSize"],
  ["houseSzie", "houseSize"],
  ["acrelots", "acreLot"],
  ["beds", "bed"],
  ["bth", "bath"],
  ["stat", "state"],
  ["latitude", null],
  ["xyz", null],
  ["", null],
  ["s".repeat(1_000_000), null],
])("the nearest name to %s is %s", (name, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});
