#!/usr/bin/env node
// Takes every sixth patient of Diabetes-130 (diabetic_data.csv or .csv.gz), with all their encounters, unchanged and in file order:
//   node convert-diabetes-130.mjs diabetic_data.csv.gz diabetes-130.csv.gz
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";

const ONE_IN = 6;

const [input, output] = process.argv.slice(2);
if (input === undefined || output === undefined) {
  console.error("usage: convert-diabetes-130.mjs INPUT.csv[.gz] OUTPUT.csv.gz");
  process.exit(2);
}
const bytes = readFileSync(input);
const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
const [head = "", ...lines] = text.trimEnd().split(/\r?\n/);
const patientField = head.split(",").indexOf("patient_nbr");
const kept = lines.filter((line) => {
  const patient = line.split(",")[patientField] ?? "";
  return createHash("sha256").update(patient).digest().readUInt32BE(0) % ONE_IN === 0;
});
// Level 9 without a time stamp, so that the same input gives the same file.
writeFileSync(output, gzipSync(`${[head, ...kept].join("\n")}\n`, { level: 9 }));
console.log(`${kept.length} encounters written to ${output}`);
