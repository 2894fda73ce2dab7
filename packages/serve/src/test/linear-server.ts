import { createPredictionServer, type PredictionServer, type PredictionServerOptions } from "../http/server.js";
import { encodeLinear, openLinear } from "./linear-model.js";
import { MemoryModels } from "./memory-models.js";

export interface LinearServer extends PredictionServer {
  readonly models: MemoryModels;
}

/** A server of linear models; each pipeline has version 1 (factor 10) and 2 (factor 20), and 1 is in production. */
export async function linearServer(
  pipelines: readonly string[] = ["house-prices"],
  options: Partial<PredictionServerOptions> = {},
): Promise<LinearServer> {
  const models = new MemoryModels();
  for (const pipeline of pipelines) {
    models.store(pipeline, 1, encodeLinear({ factor: 10 }));
    models.store(pipeline, 2, encodeLinear({ factor: 20 }));
    models.promote(pipeline, 1);
  }
  const server = await createPredictionServer({
    models,
    open: openLinear,
    pipelines,
    pollMs: 20,
    mostLagMs: 60_000,
    drainMs: 500,
    ...options,
  });
  return { ...server, models };
}
