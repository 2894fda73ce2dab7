export { type AccessReport, checkAccess } from "./access/check-access.js";
export { type JobLauncher, type JobLauncherOptions, openJobLauncher } from "./jobs/job-launcher.js";
