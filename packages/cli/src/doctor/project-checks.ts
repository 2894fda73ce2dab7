import { existsSync } from "node:fs";
import { isAtalayaError } from "@atalaya/errors";
import type { Settings } from "@atalaya/settings";
import { loadProject, type Project } from "../project/load-project.js";
import { locateProject, projectPath } from "../project/locate-project.js";
import { settingsOf } from "../project/named-addresses.js";
import type { Session } from "../session.js";
import { type Check, saw } from "./check.js";

/** Finds and loads the project. */
export function projectCheck(session: Session): Check<Project> {
  return {
    name: "project",
    look: async () => {
      const project = await loadProject(locateProject(session.workingDirectory, session.projectOption));
      return { found: `${project.directory}: ${[...project.pipelines.keys()].join(", ")}`, opened: project };
    },
    cure: "Put right what it names.",
  };
}

/** One check a pipeline: every address that it reads is set, or has a sample that is there. */
export function addressChecks(project: Project, settings: Settings): Check[] {
  return [...project.pipelines].map(([name, pipeline]) => ({
    name: `sources of ${name}`,
    look: () => {
      const found = settingsOf(pipeline).map((setting) => checkAddress(project, settings, setting));
      return saw(found.length === 0 ? "it reads no address" : found.join("; "));
    },
    cure: "Put the sample back, or set the variable.",
  }));
}

function checkAddress(project: Project, settings: Settings, setting: string): string {
  const sample = project.manifest.samples.get(setting);
  try {
    settings.address(setting);
    return `${setting} is set`;
  } catch (error) {
    const isMissing = isAtalayaError(error) && error.code === "SETTINGS_ADDRESS_MISSING";
    if (sample === undefined || !isMissing) throw error;
  }
  const path = sample.kind === "serve" ? sample.file : sample.folder;
  if (!existsSync(projectPath(project, path))) throw new Error(`${setting} is not set, and its sample ${path} is not there`);
  return `${setting} is not set, the sample ${path} stands in`;
}
