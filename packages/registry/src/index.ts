export type { AliasChange, AliasListener } from "./alias-watch.js";
export type { AliasMove, AliasMoveEntry, AliasRemoval, AliasState, Promotion, Rollback } from "./aliases.js";
export { type LoadedBundle, type ModelHistory, openRegistry, type Registry, type RegistryOptions } from "./registry.js";
export type { ModelVersion, NewVerdict, NewVersion, VerdictEntry, VersionChoice } from "./versions.js";
