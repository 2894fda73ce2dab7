import type { FastifyInstance, FastifyRequest } from "fastify";
import { errors } from "../errors.js";
import type { WantedModel } from "../models/model-source.js";
import type { ServedModel } from "../models/served-model.js";
import type { ServedPipeline } from "../models/served-pipeline.js";
import { decodeBody } from "../rows/decode-body.js";
import type { PredictionService } from "../service.js";
import { checkOptions } from "./query-options.js";
import { smallBodyOf } from "./scoring-routes.js";

type NamedRequest = FastifyRequest<{ Params: { name: string } }>;

/** A version or an alias. */
const MOST_BYTES = 16_384;

/** What is served after a reload or a load. */
interface LoadAnswer {
  readonly pipeline: string;
  readonly version: number;
  readonly alias: string | null;
  /** SHA-256 of the model. */
  readonly model: string;
  /** True: moves of the alias are ignored until a reload. */
  readonly pinned: boolean;
  /** What was served before. */
  readonly previous: { readonly version: number; readonly model: string } | null;
}

/**
 * `reload` goes back to the version that carries the alias. `load_model` serves a version, or the one that carries an
 * alias now, in this process alone until a reload; without a body it is a reload.
 */
export function addModelRoutes(app: FastifyInstance, service: PredictionService): void {
  app.post("/v1/pipelines/:name/reload", (request: NamedRequest) => reload(service.pipeline(request.params.name)));
  app.post("/v1/pipelines/:name/load_model", (request: NamedRequest) =>
    loadModel(service.pipeline(request.params.name), smallBodyOf(request, MOST_BYTES)),
  );
  app.post("/reload", () => reload(service.onlyPipeline("reload")));
  app.post("/load_model", (request) => loadModel(service.onlyPipeline("load_model"), smallBodyOf(request, MOST_BYTES)));
}

async function reload(pipeline: ServedPipeline): Promise<LoadAnswer> {
  const previous = pipeline.model;
  return loadAnswer(pipeline, await pipeline.reload(), previous);
}

async function loadModel(pipeline: ServedPipeline, body: Uint8Array | undefined): Promise<LoadAnswer> {
  const wanted = body === undefined || body.length === 0 ? null : wantedModel(decodeBody(body));
  const previous = pipeline.model;
  const model = wanted === null ? await pipeline.reload() : await pipeline.pin(wanted);
  return loadAnswer(pipeline, model, previous);
}

/** null: none was named. @throws SERVE_BAD_OPTION */
function wantedModel(body: unknown): WantedModel | null {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw errors.BAD_OPTION({ option: "body", expected: '{"version": 3} or {"alias": "staging"}', received: "no object" });
  }
  checkOptions(body, ["version", "alias"]);
  const { version, alias } = body as { version?: unknown; alias?: unknown };
  if (version !== undefined && alias !== undefined) {
    throw errors.BAD_OPTION({ option: "alias", expected: "left out when there is a version", received: "given with it" });
  }
  if (version !== undefined) {
    if (typeof version === "number" && Number.isSafeInteger(version) && version >= 1) return { version };
    throw errors.BAD_OPTION({ option: "version", expected: "a whole number of at least 1", received: received(version) });
  }
  if (alias === undefined) return null;
  if (typeof alias === "string" && /^[A-Za-z][A-Za-z0-9._-]{0,99}$/.test(alias)) return { alias };
  throw errors.BAD_OPTION({ option: "alias", expected: 'a name such as "staging"', received: received(alias) });
}

function received(value: unknown): string {
  return typeof value === "object" && value !== null ? "an object or a list" : (JSON.stringify(value) ?? "nothing").slice(0, 100);
}

function loadAnswer({ pinned }: ServedPipeline, model: ServedModel, previous: ServedModel | null): LoadAnswer {
  const { pipeline, version, alias, hash } = model;
  const before = previous === null ? null : { version: previous.version, model: previous.hash };
  return { pipeline, version, alias, model: hash, pinned, previous: before };
}
