import { isAtalayaError } from "@atalaya/errors";
import {
  openBundle,
  type PredictionServerOptions,
  registryModels,
  type StartedPredictionServer,
  startPredictionServer,
  storedPredictions,
} from "@atalaya/serve";
import type { ListenOptions } from "../commands/listen-options.js";
import { errors } from "../errors.js";
import type { Stores } from "./workshop.js";

/**
 * Starts the prediction server on the port asked for, or on the one of the settings.
 *
 * @param options.talks  tells which version is served as well as what goes wrong
 * @throws CLI_PORT_TAKEN
 */
export async function startServing(options: {
  readonly stores: Stores;
  readonly pipelines: readonly string[];
  readonly listen: ListenOptions;
  readonly say: (line: string) => void;
  readonly talks: boolean;
  /** Adds the console, which then answers `GET /`. */
  readonly extend?: NonNullable<PredictionServerOptions["extend"]>;
}): Promise<StartedPredictionServer> {
  const { stores, pipelines, listen, say, talks, extend } = options;
  const { settings, store, registry } = stores;
  const host = listen.host ?? settings.host;
  const port = listen.port ?? settings.port;
  try {
    return await startPredictionServer({
      host,
      port,
      pipelines,
      ...(extend === undefined ? {} : { home: false, extend }),
      models: registryModels(registry),
      open: openBundle,
      predictionSink: storedPredictions(store),
      logger: {
        info: (_facts, message) => (talks ? say(message) : undefined),
        warn: (_facts, message) => say(message),
        error: (_facts, message) => say(message),
      },
    });
  } catch (error) {
    if (!isAtalayaError(error) && (error as NodeJS.ErrnoException).code === "EADDRINUSE") {
      throw errors.PORT_TAKEN({ host, port }, error);
    }
    throw error;
  }
}
