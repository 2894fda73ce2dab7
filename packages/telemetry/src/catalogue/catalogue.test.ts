import { expect, test } from "vitest";
import { Meter } from "../exposition/meter.js";
import { addProcessMetrics } from "../exposition/process-readings.js";
import { describeMetrics } from "./catalogue.js";

const metrics = describeMetrics();

test.each(metrics)("$name is named as Prometheus wants it", ({ name, type, unit, help, labels, bounds = [] }) => {
  expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
  expect(name.endsWith("_total")).toBe(type === "counter");
  if (unit === "seconds" && type !== "counter") expect(name).toMatch(/_seconds$/);
  if (unit === "bytes") expect(name).toMatch(/_bytes$/);
  expect(help).toMatch(/^[A-Z0-9].*[^.]$/);
  expect(labels.every((label) => /^[a-z]+$/.test(label))).toBe(true);
  expect(bounds.length > 0).toBe(type === "histogram");
  expect([...bounds].sort((one, other) => one - other)).toEqual([...bounds]);
});

test("a process tells every metric of its role, and no other", async () => {
  const meter = new Meter();
  addProcessMetrics(meter, "1.2.3");
  const text = await meter.text();
  const told = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(told.sort()).toEqual(
    describeMetrics(["process"])
      .map(({ name }) => name)
      .sort(),
  );
  expect(text).toContain(`atalaya_build_info{version="1.2.3",node="${process.version}"} 1`);
  for (const line of text.split("\n").filter((each) => each !== "" && !each.startsWith("#")))
    expect(Number(line.split(" ").at(-1))).toBeGreaterThanOrEqual(0);
});
