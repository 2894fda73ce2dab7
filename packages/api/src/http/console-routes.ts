import type { FastifyInstance } from "@atalaya/serve";
import { addEventStream } from "../events/event-stream.js";
import { nextCronTime } from "../overview/cron-time.js";
import { overview } from "../overview/overview.js";
import type { ConsoleOptions } from "./console-options.js";
import { addAuditRoutes, addDataRoutes, addWatchRoutes } from "./look-routes.js";
import { addModelRoutes } from "./model-routes.js";
import { addPageRoutes } from "./page-routes.js";
import { addPaperRoutes } from "./paper-routes.js";
import { addRunRoutes } from "./run-routes.js";
import { refuseOtherSites } from "./same-site.js";

/** Adds the console to a server: its page on `/` and the JSON that it shows below `/v1/console`. */
export async function addConsole(app: FastifyInstance, options: ConsoleOptions): Promise<void> {
  await app.register(async (own: FastifyInstance) => {
    refuseOtherSites(own);
    addEventStream(own, options.events);
    const sources = { ...options, nextTime: nextCronTime };
    own.get("/v1/console/overview", () => overview(sources));
    addModelRoutes(own, options);
    addPaperRoutes(own, options);
    addRunRoutes(own, options);
    addDataRoutes(own, options);
    addWatchRoutes(own, options);
    addAuditRoutes(own, options);
    addPageRoutes(own, options.page);
  });
  const endings = await Promise.all(
    options.pipelines.map(({ name }) =>
      options.registry.onAliasChange(name, () => options.events.tell({ type: "models", pipeline: name })),
    ),
  );
  app.addHook("onClose", (_app, done) => {
    for (const end of endings) end();
    done();
  });
}
