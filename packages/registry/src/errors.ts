import { defineErrors } from "@atalaya/errors";

type Pipeline = { pipeline: string; nearest: string | null };
type Version = { pipeline: string; version: number; newest: number };
type Alias = { pipeline: string; alias: string; nearest: string | null };
type Rollback = { pipeline: string; alias: string; version: number };
type Stage = { stage: string };
type Parameter = { run: string; key: string; before: string; after: string };
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
    hint: () => "An alias has 1 to 255 letters, digits, dots, hyphens and underscores.",
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
  VERSION_WITHOUT_BUNDLE: {
    status: 409,
    message: ({ pipeline, version }: { pipeline: string; version: number }) =>
      `Version ${version} of ${pipeline} was registered by a client and has no bundle of Atalaya`,
    hint: () => "Atalaya serves what it trained or imported. Import the version, or move the alias back.",
  },
  VERSION_IN_USE: {
    status: 409,
    message: ({ pipeline, version, aliases }: { pipeline: string; version: number; aliases: readonly string[] }) =>
      `Version ${version} of ${pipeline} carries ${aliases.join(", ")} and is not deleted`,
    hint: () => "Move or delete its aliases first.",
  },
  MODEL_OF_PIPELINE: {
    status: 409,
    message: ({ model, action }: { model: string; action: string }) => `${model} is the model of a pipeline and is not ${action}`,
    hint: () => "A pipeline finds its models by their name. Delete single versions instead.",
  },
  EXPERIMENT_UNKNOWN: {
    status: 404,
    message: ({ experiment }: { experiment: string }) => `No Experiment with id=${experiment} exists`,
  },
  EXPERIMENT_EXISTS: {
    status: 409,
    message: ({ name }: { name: string }) => `Experiment(name=${name}) already exists.`,
  },
  EXPERIMENT_NOT_ACTIVE: {
    status: 409,
    message: ({ experiment, stage }: Stage & { experiment: string }) =>
      `The experiment ${experiment} must be in the 'active' state. Current state is ${stage}.`,
  },
  EXPERIMENT_DELETED: { status: 409, message: (_: object) => "Cannot rename a non-active experiment." },
  RUN_UNKNOWN: { status: 404, message: ({ run }: { run: string }) => `Run with id=${run} not found` },
  RUN_NOT_ACTIVE: {
    status: 409,
    message: ({ run, stage }: Stage & { run: string }) =>
      `The run ${run} must be in the 'active' state. Current state is ${stage}.`,
  },
  PARAMETER_CHANGED: {
    status: 409,
    message: ({ run, key, before, after }: Parameter) =>
      `Changing param values is not allowed. Param with key='${key}' was already logged with value='${before}' for run ID='${run}'. Attempted logging new value '${after}'.`,
  },
  TAG_UNKNOWN: {
    status: 404,
    message: ({ key, of }: { key: string; of: string }) => `No tag with name: ${key} in ${of}`,
  },
  LOGGED_MODEL_UNKNOWN: {
    status: 404,
    message: ({ model }: { model: string }) => `Logged model with ID '${model}' not found.`,
  },
  MODEL_UNKNOWN: { status: 404, message: ({ model }: { model: string }) => `Registered Model with name=${model} not found` },
  MODEL_EXISTS: { status: 409, message: ({ model }: { model: string }) => `Registered Model (name=${model}) already exists.` },
  MODEL_VERSION_UNKNOWN: {
    status: 404,
    message: ({ model, version }: { model: string; version: number }) =>
      `Model Version (name=${model}, version=${version}) not found`,
  },
  ARTIFACT_UNKNOWN: { status: 404, message: ({ path }: { path: string }) => `There is no artifact at ${path}` },
  COMMENT_INVALID: {
    status: 400,
    message: ({ characters, most }: { characters: number; most: number }) =>
      `A comment has 1 to ${most} characters, and this one has ${characters}`,
  },
  ONNX_BROKEN: {
    status: 422,
    message: ({ because }: { because: string }) => `The bundle of an ONNX model cannot be read: ${because}`,
    hint: () => "Import the model again.",
  },
  WEBHOOK_INVALID: {
    status: 400,
    message: ({ url }: { url: string }) => `Events cannot be sent to ${url}`,
    hint: () => "An address begins with http:// or https:// and holds no user and password.",
  },
  WEBHOOK_UNKNOWN: { status: 404, message: ({ webhook }: { webhook: string }) => `There is no webhook ${webhook}` },
});
