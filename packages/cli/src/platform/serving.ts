import { join } from "node:path";
import { isAtalayaError } from "@atalaya/errors";
import {
  openBundle,
  type PredictionServerOptions,
  registryModels,
  type StartedPredictionServer,
  startPredictionServer,
  storedPredictions,
  storedUpkeep,
} from "@atalaya/serve";
import type { Settings } from "@atalaya/settings";
import type { Logger } from "@atalaya/telemetry";
import type { ListenOptions } from "../commands/listen-options.js";
import { errors } from "../errors.js";
import { version } from "../version.js";
import { openTracing, requestSpans } from "./tracing.js";
import type { Stores } from "./workshop.js";

/** What the server stands on. */
export interface ServingGround
  extends Pick<PredictionServerOptions, "models" | "predictionSink" | "truth" | "answers" | "upkeep"> {
  readonly settings: Settings;
}

export function groundOf({ settings, store, registry }: Stores): ServingGround {
  return {
    settings,
    models: registryModels(registry, store.serving),
    predictionSink: storedPredictions(store),
    truth: store.feedback,
    answers: store.givenAnswers,
    upkeep: storedUpkeep(async () => store),
  };
}

/** Directory of what serving keeps on local disk: the last good models, and what waits to be logged. */
export function servingDirectory({ home }: Pick<Settings, "home">): string {
  return join(home, "serving");
}

/** Clients of MLflow upload files of gigabytes; heads still have to come in seconds. */
const UPLOAD_TIMEOUT_MS = 3_600_000;

/**
 * Starts the prediction server on the port asked for, or on the one of the settings.
 *
 * @param options.talks  tells which version is served as well as what goes wrong
 * @throws CLI_PORT_TAKEN
 */
export async function startServing(options: {
  readonly ground: ServingGround;
  readonly pipelines: readonly string[];
  readonly listen: ListenOptions;
  readonly say: (line: string) => void;
  readonly talks: boolean;
  /** Takes what happens with its facts, instead of `say`. */
  readonly log: Logger | null;
  /** Adds the console, which then answers `GET /`. */
  readonly extend?: NonNullable<PredictionServerOptions["extend"]>;
}): Promise<StartedPredictionServer> {
  const { ground, pipelines, listen, say, talks, log, extend } = options;
  const { settings, ...rest } = ground;
  const host = listen.host ?? settings.host;
  const port = listen.port ?? settings.port;
  const traces = await openTracing(settings, "serving", say);
  try {
    const server = await startPredictionServer({
      ...rest,
      host,
      port,
      pipelines,
      ...(extend === undefined ? {} : { home: false, extend, requestTimeoutMs: UPLOAD_TIMEOUT_MS }),
      open: openBundle,
      version,
      stateDirectory: servingDirectory(settings),
      ...(traces === null ? {} : { onAnswered: requestSpans(traces) }),
      logger: log ?? {
        info: (_facts, message) => (talks ? say(message) : undefined),
        warn: (_facts, message) => say(message),
        error: (_facts, message) => say(message),
      },
    });
    const close = async (): Promise<void> => {
      await server.close();
      await traces?.close();
    };
    return { ...server, close };
  } catch (error) {
    await traces?.close();
    if (!isAtalayaError(error) && (error as NodeJS.ErrnoException).code === "EADDRINUSE") {
      throw errors.PORT_TAKEN({ host, port }, error);
    }
    throw error;
  }
}
