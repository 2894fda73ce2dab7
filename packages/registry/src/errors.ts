import { defineErrors } from "@atalaya/errors";

type Pipeline = { pipeline: string; nearest: string | null };
type Version = { pipeline: string; version: number; newest: number };
type Alias = { pipeline: string; alias: string; nearest: string | null };
type Rollback = { pipeline: string; alias: string; version: number };
type Hash = { pipeline: string; hash: string; found: string };

/** Errors of the registry. */
export const errors = defineErrors("REGISTRY", {
  PIPELINE_UNKNOWN: {
    status: 404,
    message: ({ pipeline }: Pipeline) => `No version of a pipeline "${pipeline}" is registered`,
    hint: ({ nearest }: Pipeline) => (nearest === null ? "Run the pipeline first." : `Did you mean "${nearest}"?`),
  },
  VERSION_UNKNOWN: {
    status: 404,
    message: ({ pipeline, version }: Version) => `${pipeline} has no version ${version}`,
    hint: ({ newest }: Version) => `Its versions are 1 to ${newest}.`,
  },
  ALIAS_UNKNOWN: {
    status: 404,
    message: ({ pipeline, alias }: Alias) => `No version of ${pipeline} carries the alias "${alias}"`,
    hint: ({ pipeline, nearest }: Alias) =>
      nearest === null ? `Promote a version of ${pipeline} first.` : `Did you mean "${nearest}"?`,
  },
  ALIAS_INVALID: {
    status: 400,
    message: ({ alias }: { alias: string }) => `"${alias}" cannot be an alias`,
    hint: () => "An alias has 1 to 100 letters, digits, dots, hyphens and underscores, and begins with a letter.",
  },
  NOTHING_TO_ROLL_BACK: {
    status: 409,
    message: ({ pipeline, alias, version }: Rollback) =>
      `${pipeline} had no version with the alias "${alias}" before version ${version}`,
    hint: () => "Promote the version that you want instead.",
  },
  HASH_MISMATCH: {
    status: 500,
    message: ({ pipeline, hash, found }: Hash) =>
      `A model of ${pipeline} should have the hash ${hash}, and its bytes have ${found}`,
    hint: () => "The hash of a model is the SHA-256 of its bundle. Train again, or put the object back from a copy.",
  },
});
