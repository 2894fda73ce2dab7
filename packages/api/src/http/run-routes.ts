import type { FastifyInstance, FastifyRequest } from "@atalaya/serve";
import { errors } from "../errors.js";
import { listRuns } from "../runs/list-runs.js";
import { showRun } from "../runs/show-run.js";
import type { ConsoleOptions } from "./console-options.js";
import { choiceOption, countOption, textOption } from "./query.js";

const STATES = ["queued", "running", "done", "failed", "cancelled"] as const;

export function addRunRoutes(app: FastifyInstance, { store, events, pipelines, control }: ConsoleOptions): void {
  app.get("/v1/console/runs", ({ query }) =>
    listRuns(store, {
      pipeline: textOption(query, "pipeline"),
      state: choiceOption(query, "state", STATES),
      search: textOption(query, "search"),
      limit: countOption(query, "limit", 50, 1, 500),
      offset: countOption(query, "offset", 0, 0, 100_000_000),
    }),
  );
  app.get("/v1/console/runs/:run", ({ params }: FastifyRequest<{ Params: { run: string } }>) =>
    showRun(store, events, params.run),
  );
  app.post("/v1/console/pipelines/:name/runs", async ({ params }: FastifyRequest<{ Params: { name: string } }>, reply) => {
    const known = pipelines.map(({ name }) => name);
    if (!known.includes(params.name)) throw errors.PIPELINE_UNKNOWN({ pipeline: params.name.slice(0, 100), known });
    if (control === null) throw errors.RUNS_NOT_HERE({});
    await control.start(params.name);
    return reply.code(202).send({ pipeline: params.name, started: true });
  });
}
