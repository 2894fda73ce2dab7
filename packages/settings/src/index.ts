export { describeSettings, type SettingDescription, type SettingName } from "./definitions.js";
export type { ExecutorName, KubernetesSettings, Toleration } from "./executor-settings.js";
export type { SettingKind } from "./setting-definition.js";
export {
  childEnvironment,
  type Environment,
  type LogLevel,
  type MlflowSettings,
  readSettings,
  type S3Settings,
  type Settings,
  type Zone,
} from "./settings.js";
