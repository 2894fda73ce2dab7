import { createInterface } from "node:readline";
import { openStore } from "../store.js";

/** Opens the store of the home in its argument and holds it until a line comes in. */
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
const store = await openStore({ home: process.argv[2] ?? "", databaseUrl: null, s3: null });
const applied = await store.database.selectFrom("runs").select("id").execute();
say({ url: store.databaseUrl, runs: applied.length });
for await (const _ of createInterface({ input: process.stdin })) break;
await store.close();
say({ closed: true });
process.exit(0);
