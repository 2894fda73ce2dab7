import { fileURLToPath } from "node:url";
import { type Launchers, openProcessLauncher } from "@atalaya/run";
import type { Settings } from "@atalaya/settings";
import type { Store } from "@atalaya/store";
import type { Project } from "../project/load-project.js";
import { wantedExecutors } from "./wanted-executors.js";

/** Opens what the project's steps are launched with; nothing where all of them run in this process. */
export async function openLaunchers(project: Project, settings: Settings, store: Store): Promise<Launchers> {
  const wanted = wantedExecutors(project, settings);
  return {
    ...(wanted.has("process")
      ? { process: openProcessLauncher({ command: taskCommand(project), directory: project.directory }) }
      : {}),
    ...(wanted.has("kubernetes") ? { kubernetes: await openKubernetes(settings, store) } : {}),
  };
}

/** This very program: a task is carried out by the release that launches it. */
function taskCommand({ directory }: Project): [string, ...string[]] {
  return [process.execPath, fileURLToPath(new URL("../../bin/atalaya.mjs", import.meta.url)), "--project", directory];
}

/** Loaded when it is needed: a laptop never is a cluster. */
async function openKubernetes(settings: Settings, store: Store) {
  const { openJobLauncher } = await import("@atalaya/kubernetes");
  return openJobLauncher(settings.kubernetes, { installation: await store.tasks.installation() });
}
