import { isAtalayaError } from "@atalaya/errors";
import type { Registry } from "@atalaya/registry";
import type { Store } from "@atalaya/store";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { errors } from "./errors.js";
import { instanceOf } from "./mirror/switch.js";
import { errorAnswer } from "./protocol/error-answer.js";
import { Fields } from "./protocol/fields.js";
import { provideModelFiles } from "./python/provide.js";
import { artifactRoutes } from "./routes/artifact-routes.js";
import { experimentRoutes } from "./routes/experiments.js";
import { JsonText } from "./routes/json-text.js";
import { loggedModelRoutes } from "./routes/logged-models.js";
import { loggingRoutes } from "./routes/logging.js";
import { modelVersionRoutes } from "./routes/model-versions.js";
import { registeredModelRoutes } from "./routes/registered-models.js";
import type { ProtocolRoute } from "./routes/route.js";
import { runRoutes } from "./routes/runs.js";
import { addServerInfo, refuseTheRest } from "./routes/server-info.js";

export interface MlflowRoutesOptions {
  readonly store: Store;
  readonly registry: Registry;
  /** Told of failures that nobody foresaw; clients read only that there was one. */
  readonly onFailure?: (error: unknown, method: string, path: string) => void;
}

/** Everything below `/api/2.0/mlflow` but artifacts. */
export const protocolRoutes: readonly ProtocolRoute[] = [
  ...experimentRoutes,
  ...runRoutes,
  ...loggingRoutes,
  ...loggedModelRoutes,
  ...registeredModelRoutes,
  ...modelVersionRoutes,
];

/** MLflow takes a batch of 1 MB; datasets carry profiles of up to 16 MB. */
const mostJsonBytes = 32 * 1024 * 1024;

/**
 * The REST protocol of MLflow as a Fastify plugin: `app.register(mlflowRoutes, { store, registry })`. Its parsers and
 * error answers stay inside.
 */
export async function mlflowRoutes(app: FastifyInstance, options: MlflowRoutesOptions): Promise<void> {
  const { store, onFailure } = options;
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = errorAnswer(error);
    const isOurs = status >= 500 && !(isAtalayaError(error) && error.status < 502);
    // Nobody waits for the answer of a client that went away in the middle of its body.
    if (isOurs && !request.raw.destroyed) onFailure?.(error, request.method, request.url);
    return reply.code(status).type("application/json").send(body);
  });
  const provided = new Set<string>();
  await app.register(artifactRoutes, { store, provide: (path) => provideModelFiles(store, path, provided) });
  await app.register(async (inner) => {
    inner.removeAllContentTypeParsers();
    inner.addContentTypeParser("*", { parseAs: "string", bodyLimit: mostJsonBytes }, (_request, body, next) => next(null, body));
    for (const route of protocolRoutes) addRoute(inner, route, options);
    addServerInfo(inner, () => instanceOf(store.database));
    refuseTheRest(inner);
  });
}

function addRoute(app: FastifyInstance, { method, path, answer }: ProtocolRoute, { store, registry }: MlflowRoutesOptions): void {
  for (const api of ["/api/2.0", "/ajax-api/2.0"])
    app.route({
      method,
      url: `${api}/mlflow${path}`,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const call = {
          fields: fieldsOf(request),
          path: request.params as Record<string, string>,
          store,
          registry,
          who: whoAsks(request),
        };
        const answered = await answer(call);
        return answered instanceof JsonText ? reply.type("application/json; charset=utf-8").send(answered.text) : answered;
      },
    });
}

/** MLflow's clients send JSON whatever they call it; an empty body has no fields. */
function fieldsOf(request: FastifyRequest): Fields {
  if (request.method === "GET") return new Fields(request.query as Record<string, unknown>);
  const body = request.body as string | undefined;
  if (body === undefined || body === "") return new Fields(request.query as Record<string, unknown>);
  let value: unknown;
  try {
    value = JSON.parse(body);
    // Old clients encode twice.
    if (typeof value === "string") value = JSON.parse(value);
  } catch (error) {
    throw errors.BAD_BODY({ because: error instanceof Error ? error.message : "it cannot be read" });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw errors.BAD_BODY({ because: "it is something else" });
  return new Fields(value as Record<string, unknown>);
}

function whoAsks(request: FastifyRequest): string {
  const agent = request.headers["user-agent"];
  return agent === undefined ? "a client of MLflow" : `a client of MLflow (${agent.slice(0, 100)})`;
}
