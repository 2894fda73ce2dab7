import { AtalayaError } from "@atalaya/errors";
import { expect, test } from "vitest";
import { exitCodeOf } from "./exit-codes.js";

const error = (code: string, status: number) => new AtalayaError({ code, status, message: "" });

test.each([
  [error("CLI_UNKNOWN_OPTION", 400), 2],
  [error("CLI_NO_PRODUCTION", 409), 1],
  [error("CLI_ROWS_REFUSED", 422), 1],
  [error("SETTINGS_ADDRESS_MISSING", 400), 2],
  [error("DEFINE_BAD_NAME", 400), 1],
  [error("STORE_DISK_FULL", 507), 1],
  [new Error("anything"), 1],
  ["a text that was thrown", 1],
])("%s", (thrown, code) => expect(exitCodeOf(thrown)).toBe(code));
