// node bench/serving/make-bundle.mjs FOLDER: writes rows, request bodies and a model trained on them.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeHomes } from "./homes.mjs";
import { trainHomes } from "./model.mjs";

const folder = process.argv[2] ?? ".";
const { csv } = writeHomes(folder);
writeFileSync(join(folder, "homes.bundle"), trainHomes(csv));
