// npm run test:console: journeys through the console in a real browser. Trains first, so it takes some minutes.
import { requireChromium } from "./chromium.mjs";
import { requireNodeVersion } from "./node-version.mjs";
import { prepare } from "./prepare.mjs";
import { closingLine, runTests } from "./run-tests.mjs";
import { endingChildrenOnSignal } from "./subprocess.mjs";

requireNodeVersion();
await prepare();
const chromium = await requireChromium();
if (chromium === null) {
  process.stdout.write("There is no Chromium, and it cannot be installed here. Install it, or set CHROMIUM to its path.\n");
  process.stdout.write(`${closingLine({ passed: 0, failed: 1, skipped: 0 })}\n`);
  process.exit(1);
}
process.env["CHROMIUM"] = chromium;
const counts = await endingChildrenOnSignal(() => runTests(["--config", "vitest.console.config.ts", ...process.argv.slice(2)]));
process.stdout.write(`${closingLine(counts)}\n`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
