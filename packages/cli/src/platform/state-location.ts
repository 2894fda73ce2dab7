import { existsSync } from "node:fs";
import { isAtalayaError } from "@atalaya/errors";
import type { Settings } from "@atalaya/settings";
import { locateProject, type ProjectLocation } from "../project/locate-project.js";
import type { Session } from "../session.js";

/** Where a command finds its models and runs. */
export interface StateLocation {
  readonly settings: Settings;
  /** Null: there is state, but no project beside it, as in a serving container. */
  readonly project: ProjectLocation | null;
}

/**
 * The state that belongs to the project; without a project, the state that the environment or the working directory
 * already has. A command that only reads never starts a database in a folder that happens to be the wrong one.
 *
 * @throws CLI_NO_PROJECT, CLI_NO_DIRECTORY
 */
export function locateState(session: Session): StateLocation {
  try {
    const project = locateProject(session.workingDirectory, session.projectOption);
    return { settings: session.settings(project.directory), project };
  } catch (error) {
    if (!(isAtalayaError(error) && error.code === "CLI_NO_PROJECT")) throw error;
    const settings = session.settings(session.workingDirectory);
    if (settings.databaseUrl === null && !existsSync(settings.home)) throw error;
    return { settings, project: null };
  }
}
