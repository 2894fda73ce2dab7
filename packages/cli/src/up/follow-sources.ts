import { keepWatch } from "@atalaya/run";
import type { Stores, Workshop } from "../platform/workshop.js";
import type { Project } from "../project/load-project.js";
import type { Session } from "../session.js";
import { describeError } from "../terminal/report-error.js";
import { resultLines } from "../terminal/result-lines.js";

/** Carries out schedules and takes new batches until the session is interrupted. */
export async function followSources(options: {
  readonly session: Session;
  readonly project: Project;
  readonly stores: Stores;
  readonly workshop: Workshop;
  readonly everySeconds: number;
}): Promise<void> {
  const { session, project, stores, workshop, everySeconds } = options;
  const { terminal, signal } = session;
  await keepWatch({
    runner: workshop,
    store: stores.store,
    pipelines: project.pipelines,
    hasNews: (pipeline) => workshop.hasNews(pipeline),
    everyMs: everySeconds * 1_000,
    signal,
    onResult: (result) => {
      for (const line of resultLines(result, terminal.palette)) terminal.say(line);
    },
    onError: (pipeline, cause) => {
      const { code, message } = describeError(cause);
      terminal.say(`${terminal.palette.bad(`error ${code}:`)} ${pipeline}: ${message}`);
    },
  });
}
