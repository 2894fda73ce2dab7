import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Settings } from "@atalaya/settings";
import type { Session } from "../session.js";
import { type Check, carryOutCheck, type Finding } from "./check.js";
import { kubernetesCheck } from "./kubernetes-check.js";
import { machineChecks } from "./machine-checks.js";
import { mirrorCheck } from "./mirror-check.js";
import { addressChecks, projectCheck } from "./project-checks.js";
import { databaseCheck, objectsCheck } from "./store-checks.js";
import { tracesCheck } from "./traces-check.js";

/** Every check in turn; one that fails does not stop the others, unless they need what it would have opened. */
export async function examineEverything(session: Session): Promise<Finding[]> {
  const findings: Finding[] = [];
  const look = async <Opened>(check: Check<Opened>): Promise<Opened | null> => {
    const { finding, opened } = await carryOutCheck(check);
    findings.push(finding);
    return opened;
  };

  const project = await look(projectCheck(session));
  const settings = await look(settingsCheck(session, project?.directory ?? session.workingDirectory));
  if (settings === null) return findings;
  await withHome(settings, project !== null, async (housed) => {
    for (const check of machineChecks(housed)) await look(check);
    if (housed.executor === "kubernetes") await look(kubernetesCheck(housed));
    const store = await look(databaseCheck(housed));
    if (store === null) return;
    await look(objectsCheck(housed, store));
    if (housed.mlflow !== null) await look(mirrorCheck(store));
    await store.close();
  });
  if (settings.traces !== null) await look(tracesCheck(settings.traces));
  if (project !== null) for (const check of addressChecks(project, settings)) await look(check);
  return findings;
}

function settingsCheck(session: Session, directory: string): Check<Settings> {
  return {
    name: "settings",
    look: () => {
      const settings = session.settings(directory);
      const database = settings.databaseUrl === null ? "embedded PostgreSQL" : "a PostgreSQL of its own";
      return { found: `${database}, objects ${settings.s3 === null ? "in the home" : "on S3"}`, opened: settings };
    },
    cure: "Set the variable that is named, or unset it.",
  };
}

/** Outside a project nothing is left behind: without a home, one is lent for the time of the checks. */
async function withHome(settings: Settings, isProject: boolean, work: (settings: Settings) => Promise<void>): Promise<void> {
  if (isProject || existsSync(settings.home)) return work(settings);
  const home = mkdtempSync(join(tmpdir(), "atalaya-doctor-"));
  try {
    await work({ ...settings, home });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
