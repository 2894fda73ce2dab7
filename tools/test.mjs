// npm test: the checks, then every unit and integration test. `npm test -- packages/learn` runs only those tests.
import { join } from "node:path";
import { requireNodeVersion } from "./node-version.mjs";
import { prepare, repository } from "./prepare.mjs";
import { closingLine, runTests } from "./run-tests.mjs";
import { endingChildrenOnSignal, runNode } from "./subprocess.mjs";

requireNodeVersion();
await prepare({ build: false });
// Read only now: it needs packages that a fresh clone installs above.
const { runChecks } = await import("./check.mjs");

const filters = process.argv.slice(2);
const none = { passed: 0, failed: 0, skipped: 0 };
const checks = filters.length === 0 ? await endingChildrenOnSignal(runChecks) : none;
// The checks build. Chosen tests get a build too, for those that start the command, but run even where it fails.
if (filters.length > 0)
  await endingChildrenOnSignal(() => runNode([join(repository, "node_modules/typescript/bin/tsc"), "-b"], { cwd: repository }));
const tests = await endingChildrenOnSignal(() => runTests(filters));

const passed = checks.passed + tests.passed;
const failed = checks.failed + tests.failed;
process.stdout.write(`${closingLine({ passed, failed, skipped: tests.skipped })}\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
