import { type FastifyInstance, fastify } from "fastify";
import { createPredictionService, type PredictionService, type PredictionServiceOptions } from "../service.js";
import { answerProblems, sendProblem } from "./answer-problems.js";
import { refuseBrokenRequest } from "./broken-request.js";
import { measureRequests } from "./measure-requests.js";
import { DEFAULT_BODY_BYTES, predictionRoutes } from "./plugin.js";

export interface PredictionServerOptions extends PredictionServiceOptions {
  /** Largest body in bytes: 10 MiB unless said otherwise. */
  readonly bodyBytes?: number;
  /** Longest time for a body to arrive as a whole, and longest pause of a stream; a slower sender gets 408. */
  readonly requestTimeoutMs?: number;
  /** Requests a second that one caller may send; absent: as many as it likes. */
  readonly requestsPerSecond?: number;
  /** How late the event loop may be before new requests are refused. */
  readonly mostLagMs?: number;
  /** Longest time for its head. */
  readonly headersTimeoutMs?: number;
  /** How long an idle connection is kept; longer than that of a load balancer before it, or it sends into a closed one. */
  readonly keepAliveMs?: number;
  /** Longest wait at close for requests that have begun. */
  readonly drainMs?: number;
  /** False: `GET /` is left to another plugin. */
  readonly home?: boolean;
  /** Adds more to the server (a console) before it listens; with `home: false` it may answer `GET /`. */
  readonly extend?: (server: Pick<PredictionServer, "app" | "service">) => Promise<void>;
}

export interface PredictionServer {
  /** Register more on it (a console, a registry) before it listens; their errors are answered as problem details too. */
  readonly app: FastifyInstance;
  readonly service: PredictionService;
  /** Answers what has begun, refuses what is new, then closes models and the prediction log. */
  close(): Promise<void>;
}

export interface StartedPredictionServer extends PredictionServer {
  readonly host: string;
  /** The port that it really has: the one asked for, or a free one for 0. */
  readonly port: number;
  readonly url: string;
}

const DEFAULT_DRAIN_MS = 10_000;

/**
 * A server that answers with the pipelines' models; it does not listen yet. Resolves when the first models were loaded,
 * or could not be.
 */
export async function createPredictionServer(options: PredictionServerOptions): Promise<PredictionServer> {
  const service = await createPredictionService(options);
  const { bodyBytes = DEFAULT_BODY_BYTES, home = true, drainMs = DEFAULT_DRAIN_MS } = options;
  const app = createApp(service, options, bodyBytes);
  answerProblems(app, service, bodyBytes);
  measureRequests(app, service);
  const { requestTimeoutMs: arrivalMs = 30_000, requestsPerSecond, mostLagMs } = options;
  await app.register(predictionRoutes, {
    service,
    bodyBytes,
    home,
    arrivalMs,
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
    ...(mostLagMs === undefined ? {} : { mostLagMs }),
  });
  await options.extend?.({ app, service });
  let closing: Promise<void> | null = null;
  const closeAll = async (): Promise<void> => {
    await drain(app, drainMs);
    await service.close();
  };
  return { app, service, close: () => (closing ??= closeAll()) };
}

/** Connections that fall idle after the last answer would otherwise be kept for as long as their client likes. */
async function drain(app: FastifyInstance, drainMs: number): Promise<void> {
  const closeIdle = setInterval(() => app.server.closeIdleConnections(), 50);
  const cut = setTimeout(() => app.server.closeAllConnections(), drainMs);
  await app.close();
  clearInterval(closeIdle);
  clearTimeout(cut);
}

/** As `createPredictionServer`, and listens. @throws when the port is taken */
export async function startPredictionServer(
  options: PredictionServerOptions & { readonly host: string; readonly port: number },
): Promise<StartedPredictionServer> {
  const server = await createPredictionServer(options);
  const { host } = options;
  try {
    await server.app.listen({ host, port: options.port });
  } catch (error) {
    await server.close();
    throw error;
  }
  const address = server.app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return { ...server, host, port, url: `http://${urlHost(host)}:${port}` };
}

function createApp(service: PredictionService, options: PredictionServerOptions, bodyLimit: number): FastifyInstance {
  return fastify({
    logger: false,
    bodyLimit,
    // A stream of rows may take hours; how long a body may take its reader says.
    requestTimeout: 0,
    keepAliveTimeout: options.keepAliveMs ?? 72_000,
    http: { headersTimeout: options.headersTimeoutMs ?? 10_000, connectionsCheckingInterval: 2_000 },
    forceCloseConnections: "idle",
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 100 },
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: (error, request, reply) => void sendProblem(service, bodyLimit, error, request, reply),
  });
}

/** An address that a person on this machine can open. */
function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
