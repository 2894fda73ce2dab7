import { fileURLToPath } from "node:url";
import { addConsole, createRunControl, type EventHub, type KnownPipeline } from "@atalaya/api";
import { pageFolder } from "@atalaya/console";
import { isPipeline } from "@atalaya/define";
import type { PredictionServerOptions } from "@atalaya/serve";
import { errors } from "../errors.js";
import type { Project } from "../project/load-project.js";
import { version } from "../version.js";
import type { Stores, Workshop } from "./workshop.js";

/**
 * What adds the console to the server of `atalaya up`.
 *
 * @param options.workshop  what carries runs out; null as long as it is not open
 */
export function consoleOf(options: {
  readonly project: Project;
  readonly stores: Stores;
  readonly events: EventHub;
  readonly workshop: () => Workshop | null;
}): NonNullable<PredictionServerOptions["extend"]> {
  const { project, stores, events, workshop } = options;
  const open = (): Workshop => {
    const found = workshop();
    if (found === null) throw errors.INTERRUPTED({});
    return found;
  };
  const control = createRunControl(
    {
      run: async (pipeline) => open().run(pipeline),
      cancel: async (run, request) => {
        const { cancelRun } = await import("@atalaya/run");
        return cancelRun(stores.store, run, request);
      },
      resume: async (run) => open().resume(run),
      retry: async (run, from) => open().retry(run, from ?? undefined),
    },
    events,
  );
  return ({ app, service }) =>
    addConsole(app, {
      store: stores.store,
      registry: stores.registry,
      service,
      events,
      pipelines: knownPipelines(project),
      page: fileURLToPath(pageFolder),
      version,
      control,
    });
}

function knownPipelines({ pipelines }: Project): KnownPipeline[] {
  return [...pipelines.values()].filter(isPipeline).map(({ definition }) => ({
    name: definition.name,
    alias: definition.alias,
    schedules: definition.triggers.flatMap((trigger) => (trigger.trigger === "cron" ? [trigger.expression] : [])),
  }));
}
