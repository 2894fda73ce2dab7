// The product from outside, on real data: node tools/end-to-end.mjs [test files]. Takes minutes; .ci/run calls it.
import { requireNodeVersion } from "./node-version.mjs";
import { prepare } from "./prepare.mjs";
import { closingLine, runTests } from "./run-tests.mjs";
import { endingChildrenOnSignal } from "./subprocess.mjs";

requireNodeVersion();
await prepare();
const counts = await endingChildrenOnSignal(() =>
  runTests(["--config", "vitest.end-to-end.config.ts", ...process.argv.slice(2)]),
);
process.stdout.write(`${closingLine(counts)}\n`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
