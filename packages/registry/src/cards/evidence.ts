import { createHash } from "node:crypto";
import type { Store } from "@atalaya/store";
import { listComments } from "../comments.js";
import type { Registry } from "../registry.js";
import { billOfMaterials } from "./bill-of-materials.js";
import { cardMarkdown } from "./card-markdown.js";
import { modelCard } from "./model-card.js";
import { type ArchivedFile, tarFile } from "./tar.js";

/**
 * Everything that speaks for a version, in one archive (tar): card, bill of materials, report, history, comments and the
 * model itself, with their hashes. The model is checked against its hash on the way in.
 *
 * @throws those of `modelCard`, STORE_OBJECT_CORRUPT
 */
export async function evidenceBundle(store: Store, registry: Registry, model: string, version: number): Promise<Uint8Array> {
  const [card, row, history] = await Promise.all([
    modelCard(store, registry, model, version),
    registry.versionOf(model, { version }),
    registry.history(model),
  ]);
  const { bytes } = await registry.loadBundle(model, { version });
  const dataset = row.datasetReference === null ? null : await store.datasets.find(model, row.datasetReference);
  const json = (name: string, value: unknown): ArchivedFile => ({
    name,
    bytes: Buffer.from(`${JSON.stringify(value, null, 2)}\n`),
  });
  const files = [
    { name: "card.md", bytes: Buffer.from(cardMarkdown(card)) },
    json("card.json", card),
    json("bom.cdx.json", billOfMaterials(card)),
    ...(row.report === null ? [] : [{ name: "report.json", bytes: await store.objects.get(row.report) }]),
    ...(dataset === null ? [] : [json("dataset.json", dataset)]),
    json("history.json", {
      verdicts: history.verdicts.filter((entry) => entry.version === version),
      moves: history.moves.filter(({ fromVersion, toVersion }) => fromVersion === version || toVersion === version),
    }),
    json("comments.json", await listComments(store.database, model, version)),
    { name: "model.atalaya", bytes },
  ];
  const sums = files.map((file) => `${createHash("sha256").update(file.bytes).digest("hex")}  ${file.name}\n`).join("");
  return tarFile([...files, { name: "SHA256SUMS", bytes: Buffer.from(sums) }], row.createdAt);
}
