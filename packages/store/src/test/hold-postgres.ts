import { createInterface } from "node:readline";
import { isAtalayaError } from "@atalaya/errors";
import { launchPostgres } from "../postgres/launcher.js";

/** Launches the PostgreSQL of the home in its argument and holds it until a line comes in. */
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
try {
  const database = await launchPostgres(process.argv[2] ?? "", { sessionName: `atalaya ${process.pid}` });
  say({ url: database.url, adopted: database.adopted, stateDirectory: database.stateDirectory });
  for await (const _ of createInterface({ input: process.stdin })) {
    await database.release();
    say({ released: true });
    break;
  }
} catch (error) {
  say(isAtalayaError(error) ? { code: error.code, message: error.message } : { code: "?", message: String(error) });
}
process.exit(0);
