import { defineErrors } from "@atalaya/errors";

type Suggested = { readonly given: string; readonly suggestion: string | null };

const didYouMean = (suggestion: string | null, otherwise: string): string =>
  suggestion === null ? otherwise : `Did you mean ${suggestion}?`;

/** Status 400 is a mistake in the command line (exit code 2); everything else failed (exit code 1). */
export const errors = defineErrors("CLI", {
  UNKNOWN_COMMAND: {
    status: 400,
    message: ({ given }: Suggested) => `there is no command ${given}`,
    hint: ({ suggestion }: Suggested) => didYouMean(suggestion, "`atalaya --help` lists the commands."),
  },
  UNKNOWN_OPTION: {
    status: 400,
    message: ({ given, command }: Suggested & { command: string }) => `${command} has no option ${given}`,
    hint: ({ suggestion, command }: Suggested & { command: string }) =>
      didYouMean(suggestion, `\`${command} --help\` lists the options.`),
  },
  BAD_ARGUMENTS: {
    status: 400,
    message: ({ why }: { why: string; command: string }) => why,
    hint: ({ command }: { why: string; command: string }) => `\`${command} --help\` shows how it is called.`,
  },
  UNKNOWN_PIPELINE: {
    status: 400,
    message: ({ given }: Suggested & { known: readonly string[] }) => `this project has no pipeline ${given}`,
    hint: ({ suggestion, known }: Suggested & { known: readonly string[] }) =>
      didYouMean(suggestion, `It has: ${known.join(", ")}.`),
  },
  UNKNOWN_VERSION: {
    status: 400,
    message: ({ pipeline, version }: { pipeline: string; version: number }) => `${pipeline} has no version ${version}`,
    hint: ({ pipeline }: { pipeline: string; version: number }) => `\`atalaya models list ${pipeline}\` lists its versions.`,
  },
  NO_PROJECT: {
    status: 400,
    message: ({ start }: { start: string }) => `neither ${start} nor a folder above it is a project of Atalaya`,
    hint: () =>
      "Change into a project, name one with --project DIR, or start one: atalaya init my-model --from data.csv. A project is a folder with *.pipeline.ts files, or a package.json with the key `atalaya`.",
  },
  REPOSITORY_FAILED: {
    status: 502,
    retryable: true,
    message: ({ repository, because }: { repository: string; because: string }) =>
      `the repository ${repository} cannot be read: ${because}`,
    hint: () =>
      "Check its address (https://…) and the way to it; a private one needs ATALAYA_GIT_PASSWORD (a token), and ATALAYA_GIT_USERNAME where the server asks for it.",
  },
  UNKNOWN_REVISION: {
    status: 400,
    message: ({ repository, revision }: { repository: string; revision: string }) =>
      `the repository ${repository} has no branch, tag or commit ${revision}`,
    hint: () => "Write a branch, a tag, or the full id of a commit (40 digits).",
  },
  NO_DIRECTORY: {
    status: 400,
    message: ({ path }: { path: string }) => `there is no folder ${path}`,
  },
  NO_MLFLOW: {
    status: 400,
    message: ({ source }: { source: string }) => `${source} lies on an MLflow server, and none is named`,
    hint: () => "Set MLFLOW_TRACKING_URI to its address, such as http://mlflow.example:5000.",
  },
  NO_FILE: {
    status: 400,
    message: ({ path }: { path: string }) => `there is no file ${path}`,
  },
  BAD_MANIFEST: {
    status: 400,
    message: ({ file, why }: { file: string; why: string }) => `${file}: ${why}`,
    hint: () => 'For example: "atalaya": { "pipelines": ["pipelines/*.ts"], "samples": { "DATA_URL": { "folder": "sample" } } }.',
  },
  NO_PIPELINES: {
    status: 400,
    message: ({ project, patterns }: { project: string; patterns: readonly string[] }) =>
      `no pipeline was found in ${project} under ${patterns.join(", ")}`,
    hint: () =>
      'A pipeline file exports what pipeline(…)…promote(…) or durable(…) returns: export const prices = pipeline("prices")…',
  },
  DUPLICATE_PIPELINE: {
    status: 400,
    message: ({ name, first, second }: { name: string; first: string; second: string }) =>
      `two pipelines are called ${name}: one in ${first}, one in ${second}`,
    hint: () => "Give one of them another name.",
  },
  PIPELINE_SYNTAX: {
    status: 400,
    message: ({ at, why }: { at: string; why: string }) => `${at} does not compile: ${why}`,
  },
  PIPELINE_FILE: {
    status: 400,
    message: ({ at, why }: { at: string; why: string; hint: string | null }) => `${at} could not be loaded: ${why}`,
    hint: ({ hint }: { at: string; why: string; hint: string | null }) => hint ?? "ATALAYA_DEBUG=1 shows the whole stack.",
  },
  BAD_ROWS: {
    status: 400,
    message: ({ source, why }: { source: string; why: string }) => `${source}: ${why}`,
    hint: () =>
      'A row is a JSON object, such as {"bed": 3, "bath": 2}; a file holds one (.json), one a line (.jsonl) or a table (.csv).',
  },
  ROWS_REFUSED: {
    status: 422,
    message: ({ problems }: { problems: readonly string[] }) => `the model cannot read the row: ${problems.join("; ")}`,
  },
  NO_PRODUCTION: {
    status: 409,
    message: ({ pipeline, alias }: { pipeline: string; alias: string }) => `no version of ${pipeline} carries ${alias}`,
    hint: ({ pipeline }: { pipeline: string; alias: string }) =>
      `Train one: atalaya run ${pipeline}. Or choose one: atalaya models promote ${pipeline} <version> --because "…".`,
  },
  INTERRUPTED: {
    status: 503,
    message: () => "interrupted",
    hint: () => "What is finished is kept: the same command goes on after it.",
  },
  EXISTS: {
    status: 409,
    message: ({ path }: { path: string }) => `${path} exists already, and nothing in it was changed`,
    hint: () => "Choose another name, or remove it first.",
  },
  BAD_PROJECT_NAME: {
    status: 400,
    message: ({ name }: { name: string }) => `${JSON.stringify(name)} cannot be the name of a model`,
    hint: () => "Use lower-case letters, digits and hyphens, starting with a letter, at most 63 characters.",
  },
  UNKNOWN_COLUMN: {
    status: 400,
    message: ({ given, file }: Suggested & { file: string; known: readonly string[] }) => `${file} has no column ${given}`,
    hint: ({ suggestion, known }: Suggested & { file: string; known: readonly string[] }) =>
      didYouMean(suggestion, `It has: ${known.join(", ")}.`),
  },
  BAD_TARGET: {
    status: 400,
    message: ({ column, file, why }: { column: string; file: string; why: string }) =>
      `${column} of ${file} cannot be predicted: ${why}`,
    hint: () =>
      "Name a column of numbers, of few categories, or of true and false: --target COLUMN. Or find unusual rows: --anomalies.",
  },
  NO_TARGET: {
    status: 400,
    message: ({ file }: { file: string; known: readonly string[] }) => `no column of ${file} looks like something to predict`,
    hint: ({ known }: { file: string; known: readonly string[] }) =>
      `Name it with --target COLUMN, or find unusual rows with --anomalies. Columns: ${known.join(", ")}.`,
  },
  NO_FEATURES: {
    status: 400,
    message: ({ file }: { file: string }) => `${file} has no column that a model could learn from`,
    hint: () => "Texts and identifiers are not features. A number, a time or a repeated category is.",
  },
  PORT_TAKEN: {
    status: 409,
    message: ({ host, port }: { host: string; port: number }) => `port ${port} of ${host} is taken by another program`,
    hint: ({ port }: { host: string; port: number }) => `Stop it, or choose another port: --port ${port + 1}.`,
  },
  BAD_DRIFT: {
    status: 400,
    message: ({ given }: { given: string }) => `${JSON.stringify(given)} moves no column`,
    hint: () => "Write --drift price=+10%, price=-50, price=x2, or price=+10%@0.5 to begin in the middle of the file.",
  },
  UNKNOWN_BATCH: {
    status: 404,
    message: ({ batch, pipeline }: { batch: number; pipeline: string | null }) =>
      `there is no batch ${batch}${pipeline === null ? "" : ` of ${pipeline}`}`,
    hint: () => "List them: atalaya quarantine list.",
  },
  NOTHING_TO_RELEASE: {
    status: 409,
    message: ({ batch, state }: { batch: number; state: string }) =>
      `batch ${batch} is ${state}: only a refused one can be released`,
    hint: () => "Rows that break the contract stay in quarantine; change the contract, or the source, to take them.",
  },
});
