/** What a variable may hold; it decides how its text is checked. */
export type SettingKind =
  | "text"
  | "secret"
  | "path"
  | "port"
  | "url"
  | "bucket"
  | "choice"
  | "flag"
  /** Words with commas between them. */
  | "list"
  /** `name=value` with commas between them. */
  | "pairs"
  /** A DNS label. */
  | "label"
  /** `90s`, `15m`, `2h`, `1d` */
  | "duration"
  /** An amount as Kubernetes writes it: `500m`, `2Gi`. */
  | "quantity";

export interface SettingDefinition {
  /** The first one that is set to something counts. */
  readonly variables: readonly [string, ...string[]];
  readonly kind: SettingKind;
  readonly choices?: readonly string[];
  /** Schemes that a url may have. */
  readonly schemes?: readonly [string, ...string[]];
  /** Null: there is none. Addresses and passwords of other systems never have one. */
  readonly default: string | null;
  readonly doc: string;
}
