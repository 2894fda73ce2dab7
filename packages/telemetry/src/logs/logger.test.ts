import { expect, test } from "vitest";
import { createLogger, type LogLevel } from "./logger.js";

function logged(facts: object, message = "hello", level: LogLevel = "info"): Record<string, unknown> {
  const lines: string[] = [];
  createLogger({ write: (line) => lines.push(line), level, facts: { role: "up" }, now: () => new Date(0) }).info(facts, message);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.endsWith("\n") && lines[0].trimEnd().includes("\n")).toBe(false);
  return JSON.parse(lines[0] ?? "") as Record<string, unknown>;
}

test("a line is one JSON object with time, level and ids", () => {
  expect(logged({ run: "r1", step: "train" }, "two\nlines")).toEqual({
    ...{ time: "1970-01-01T00:00:00.000Z", level: "info", message: "two\nlines", role: "up" },
    ...{ run: "r1", step: "train" },
  });
});

test.each([
  "password",
  "PG_PASSWORD",
  "secretKey",
  "apiKey",
  "x-api-key",
  "Authorization",
  "set-cookie",
  "sessionToken",
  "accessKey",
])("what is named %s is hidden, at any depth and of any kind", (name) => {
  const text = JSON.stringify(logged({ [name]: "hunter2", deep: [{ [name]: { of: "hunter2" } }] }));
  expect(text).not.toContain("hunter2");
  expect(text).toContain("[redacted]");
});

test("passwords in addresses and tokens in texts are hidden, in messages, facts and errors", () => {
  const address = "postgresql://ana:hunter2@db:5432/models";
  const error = new Error(`cannot reach ${address}`, { cause: new Error("Bearer hunter2hunter2") });
  const text = JSON.stringify(logged({ address, error }, `to ${address}`));
  expect(text).not.toContain("hunter2");
  expect(text).toContain("postgresql://ana:[redacted]@db:5432/models");
});

test("a fact cannot stand for the time, the level or the message", () => {
  expect(logged({ level: "debug", message: "other" })).toMatchObject({ level: "info", message: "hello", level_: "debug" });
});

test("what cannot be written does not throw, and what is large is cut", () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  expect(logged({ circular }).message).toBe("hello");
  expect(logged({ big: 10n, nothing: null, date: new Date(Number.NaN), bytes: new Uint8Array(9) })).toMatchObject({
    ...{ big: "10", nothing: null, date: "no date", bytes: "9 bytes" },
  });
  expect(JSON.stringify(logged({ text: "x".repeat(1e6), list: Array.from({ length: 1e5 }, () => 1) })).length).toBeLessThan(
    10_000,
  );
});

test("what is below the level is not written", () => {
  const lines: string[] = [];
  const logger = createLogger({ write: (line) => lines.push(line), level: "warn" });
  logger.debug({}, "a");
  logger.info({}, "b");
  logger.warn({}, "c");
  logger.error({}, "d");
  expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(["warn", "error"]);
});
