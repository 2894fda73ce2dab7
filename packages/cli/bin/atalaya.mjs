#!/usr/bin/env node
import { existsSync } from "node:fs";

const entry = new URL("../dist/main.js", import.meta.url);
if (existsSync(entry)) {
  await import(entry.href);
} else {
  process.stderr.write("error CLI_NOT_BUILT: this checkout of Atalaya is not built yet\nhint: npm run build\n");
  process.exitCode = 1;
}
