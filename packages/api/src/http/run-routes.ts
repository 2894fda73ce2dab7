import type { FastifyInstance, FastifyReply, FastifyRequest } from "@atalaya/serve";
import { errors } from "../errors.js";
import { listRuns } from "../runs/list-runs.js";
import type { RunControl } from "../runs/run-control.js";
import { showRun } from "../runs/show-run.js";
import type { ConsoleOptions } from "./console-options.js";
import { choiceOption, countOption, requiredText, textOption } from "./query.js";

const STATES = ["queued", "running", "done", "failed", "cancelled"] as const;

type Named = FastifyRequest<{ Params: { name: string } }>;
type OfRun = FastifyRequest<{ Params: { run: string } }>;

export function addRunRoutes(app: FastifyInstance, options: ConsoleOptions): void {
  const { store, events } = options;
  app.get("/v1/console/runs", ({ query }) =>
    listRuns(store, {
      pipeline: textOption(query, "pipeline"),
      state: choiceOption(query, "state", STATES),
      search: textOption(query, "search"),
      limit: countOption(query, "limit", 50, 1, 500),
      offset: countOption(query, "offset", 0, 0, 100_000_000),
    }),
  );
  app.get("/v1/console/runs/:run", ({ params }: OfRun) => showRun(store, events, params.run));
  addRunChanges(app, options);
}

/** Changes: each is refused where this process carries out no runs, and to pages of other sites. */
function addRunChanges(app: FastifyInstance, { store, events, pipelines, control }: ConsoleOptions): void {
  app.post("/v1/console/pipelines/:name/runs", async ({ params }: Named, reply) => {
    const known = pipelines.map(({ name }) => name);
    if (!known.includes(params.name)) throw errors.PIPELINE_UNKNOWN({ pipeline: params.name.slice(0, 100), known });
    await here(control).start(params.name);
    return reply.code(202).send({ pipeline: params.name, started: true });
  });
  app.post("/v1/console/runs/:run/cancel", async ({ params, body }: OfRun) => {
    const { who } = (body ?? {}) as { who?: unknown };
    const by = who === undefined ? "console" : requiredText(body, "who", 100);
    const cancelled = await here(control).cancel(params.run.slice(0, 100), { who: by, why: requiredText(body, "why") });
    events.tell({ type: "runs", pipeline: cancelled.pipeline });
    return cancelled;
  });
  app.post("/v1/console/runs/:run/resume", async ({ params }: OfRun, reply: FastifyReply) => {
    const { id, pipeline } = await runNamed(store, params.run);
    return reply.code(202).send(await here(control).resume(pipeline, id));
  });
  app.post("/v1/console/runs/:run/retry", async ({ params, body }: OfRun, reply: FastifyReply) => {
    const { id, pipeline } = await runNamed(store, params.run);
    const { from } = (body ?? {}) as { from?: unknown };
    const step = from === undefined || from === null ? null : requiredText(body, "from", 200);
    return reply.code(202).send(await here(control).retry(pipeline, id, step));
  });
}

/** The engine of runs is loaded when somebody changes one: the server answers before. */
async function runNamed(store: ConsoleOptions["store"], run: string) {
  const { findRun } = await import("@atalaya/run");
  return findRun(store, run.slice(0, 100));
}

/** @throws API_RUNS_NOT_HERE */
function here(control: RunControl | null): RunControl {
  if (control === null) throw errors.RUNS_NOT_HERE({});
  return control;
}
