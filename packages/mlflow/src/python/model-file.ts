/** One file of a model's folder by its path in it. */
export interface ModelFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What an export says of the version besides the bundle. */
export interface ExportFacts {
  /** SHA-256 of the bundle. */
  readonly hash: string;
  readonly modelId: string;
  readonly runId: string | null;
  readonly createdAt: Date;
}
