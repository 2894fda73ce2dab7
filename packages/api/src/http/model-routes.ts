import type { FastifyInstance, FastifyRequest } from "@atalaya/serve";
import { errors } from "../errors.js";
import { comment, LONGEST_COMMENT, readComments } from "../models/comments.js";
import { type MoveRequest, promoteVersion, rollBack } from "../models/moves.js";
import { bundleBytes, pipelineModels, showVersion, versionReport } from "../models/versions.js";
import type { ConsoleOptions } from "./console-options.js";
import { numberInPath, requiredText, requiredVersion, textOption } from "./query.js";

type Named = FastifyRequest<{ Params: { name: string } }>;
type Numbered = FastifyRequest<{ Params: { name: string; version: string } }>;

export function addModelRoutes(app: FastifyInstance, { store, registry, events }: ConsoleOptions): void {
  const at = "/v1/console/models/:name";
  app.get(at, ({ params }: Named) => pipelineModels(registry, params.name));
  app.get(`${at}/versions/:version`, ({ params }: Numbered) =>
    showVersion(store, registry, params.name, numberInPath(params.version, "version")),
  );
  app.get(`${at}/versions/:version/report`, ({ params }: Numbered) =>
    versionReport(store, registry, params.name, numberInPath(params.version, "version")),
  );
  app.get(`${at}/versions/:version/bundle`, async (request: Numbered, reply) => {
    const { name, version } = request.params;
    const { bytes, hash } = await bundleBytes(registry, name, numberInPath(version, "version"));
    reply.header("etag", `"${hash}"`).header("cache-control", "no-cache");
    if (request.headers["if-none-match"] === `"${hash}"`) return reply.code(304).send();
    return reply.type("application/octet-stream").send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });
  app.get(`${at}/comments`, ({ params, query }: Named) => {
    const version = textOption(query, "version");
    return readComments(store, params.name, version === null ? null : numberInPath(version, "version"));
  });
  app.post(`${at}/comments`, ({ params, body }: Named) => {
    const { version, who } = (body ?? {}) as { version?: unknown; who?: unknown };
    return comment(store, events, {
      model: params.name,
      version: version === undefined || version === null ? null : requiredVersion(body, "version"),
      who: who === undefined ? "console" : requiredText(body, "who", 100),
      text: requiredText(body, "text", LONGEST_COMMENT),
    });
  });
  app.post(`${at}/promote`, (request: Named) =>
    promoteVersion(registry, events, { ...moveOf(request), version: requiredVersion(request.body, "version") }),
  );
  app.post(`${at}/rollback`, (request: Named) => rollBack(registry, events, moveOf(request)));
}

function moveOf({ params, body }: Named): MoveRequest {
  const { alias = "production", who, expected } = (body ?? {}) as { alias?: unknown; who?: unknown; expected?: unknown };
  if (expected !== undefined && expected !== null && typeof expected !== "number") {
    throw errors.BAD_OPTION({ option: "expected", expected: "a version's number or null", received: JSON.stringify(expected) });
  }
  return {
    pipeline: params.name,
    alias: typeof alias === "string" ? alias : "",
    who: who === undefined ? "console" : requiredText(body, "who", 100),
    why: requiredText(body, "why"),
    expected,
  };
}
