import { billOfMaterials, cardMarkdown, evidenceBundle, modelCard } from "@atalaya/registry";
import type { FastifyInstance, FastifyRequest } from "@atalaya/serve";
import type { ConsoleOptions } from "./console-options.js";
import { choiceOption, numberInPath } from "./query.js";

type Numbered = FastifyRequest<{ Params: { name: string; version: string } }>;

const formats = ["json", "markdown", "cyclonedx"] as const;

/** What speaks for a version: its card, its bill of materials, and everything in one archive. */
export function addPaperRoutes(app: FastifyInstance, { store, registry }: Pick<ConsoleOptions, "store" | "registry">): void {
  const at = "/v1/console/models/:name/versions/:version";
  app.get(`${at}/card`, async ({ params, query }: Numbered, reply) => {
    const format = choiceOption(query, "format", formats) ?? "json";
    const card = await modelCard(store, registry, params.name, numberInPath(params.version, "version"));
    if (format === "markdown") return reply.type("text/markdown; charset=utf-8").send(cardMarkdown(card));
    return format === "json" ? card : billOfMaterials(card);
  });
  app.get(`${at}/evidence`, async ({ params }: Numbered, reply) => {
    const version = numberInPath(params.version, "version");
    const archive = await evidenceBundle(store, registry, params.name, version);
    // A name may hold what a header may not.
    const file = `${params.name.replace(/[^\w.-]+/g, "-")}-${version}-evidence.tar`;
    reply.header("content-disposition", `attachment; filename="${file}"`).header("x-content-type-options", "nosniff");
    return reply.type("application/x-tar").send(Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength));
  });
}
