// Takes the README's picture: runs the platform in a home of its own, asks it for a price and its reasons, and draws what the
// terminal showed as docs/pictures/start.svg. node tools/picture.mjs (after npm run build); nothing in it is written by hand.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPlatform } from "../bench/platform.mjs";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const FONT_SIZE = 13;
const LINE_HEIGHT = 18;
/** Width of one character of a monospaced font, as a share of its size. */
const ADVANCE = 0.602;
const COLUMNS = 124;
const MARGIN = 16;

const home = { bed: 3, bath: 2, houseSize: 1800, acreLot: 0.15, status: "for_sale", city: "Seattle", zipCode: "98117" };

const folder = mkdtempSync(join(tmpdir(), "atalaya-picture-"));
// Run as root, PostgreSQL belongs to another account, which has to reach its home.
chmodSync(folder, 0o755);
const platform = await startPlatform(repository, join(folder, "home"));
try {
  await platform.firstPrediction(300_000);
  await platform.allReady();
  const answer = await fetch(`${platform.address}/v1/pipelines/house-prices/explain`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(home),
  });
  if (!answer.ok) throw new Error(`/explain answered ${answer.status}: ${await answer.text()}`);
  const shown = platform
    .output()
    .replaceAll(platform.address, "http://127.0.0.1:4600")
    .split("\n")
    .filter(
      (line) => !/are ignored|Making a|^state in|^Atalaya|is not set|no more data|^Ask for|^ {2}curl|^Ctrl-C|^$/.test(line),
    );
  const lines = [
    "$ npm start",
    ...shown,
    "",
    `$ curl -s localhost:4600/v1/pipelines/house-prices/explain -H 'content-type: application/json' -d '${JSON.stringify(home)}'`,
    "  | jq -c '.prediction, .explanation.onAnswerScale.base, .explanation.onAnswerScale.effects[:6][]'",
    ...reasons(await answer.json()),
  ];
  mkdirSync(join(repository, "docs/pictures"), { recursive: true });
  writeFileSync(join(repository, "docs/pictures/start.svg"), drawn(lines.flatMap(wrapped)));
} finally {
  await platform.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * What the jq expression of the picture makes of the answer.
 *
 * @param {any} answer
 */
function reasons({ prediction, explanation }) {
  const { base, effects } = explanation.onAnswerScale;
  return [prediction, base, ...effects.slice(0, 6)].map((/** @type {unknown} */ value) => JSON.stringify(value));
}

/**
 * @param {string} line
 * @returns {string[]}
 */
function wrapped(line) {
  const parts = [];
  for (let rest = line; ; rest = `    ${rest.slice(COLUMNS)}`) {
    parts.push(rest.slice(0, COLUMNS));
    if (rest.length <= COLUMNS) return parts;
  }
}

/** @param {readonly string[]} lines */
function drawn(lines) {
  const width = Math.ceil(COLUMNS * FONT_SIZE * ADVANCE) + 2 * MARGIN;
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const rows = lines.map((line, row) => {
    const colour = line.startsWith("$") ? "#7ee787" : /promoted|every gate passed/.test(line) ? "#ffd866" : "#d5dbe3";
    const text = line.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    return `<text x="${MARGIN}" y="${MARGIN + (row + 0.8) * LINE_HEIGHT}" fill="${colour}" xml:space="preserve">${text}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${FONT_SIZE}">
<title>npm start, and a price with its reasons</title>
<rect width="100%" height="100%" rx="8" fill="#12161c"/>
${rows.join("\n")}
</svg>
`;
}
