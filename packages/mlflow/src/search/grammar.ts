import type { Clause } from "@atalaya/registry";

type Entity = Clause["entity"];

/** What a kind of search can ask for. */
export interface Grammar {
  /** Words before the dot, by what they mean. */
  readonly entities: Readonly<Record<string, Entity>>;
  /** As MLflow's message lists them. */
  readonly entityNames: string;
  readonly attributes: readonly string[];
  readonly orderBy: readonly string[];
  readonly numeric: readonly string[];
  /** Attributes that may be compared with a list. */
  readonly lists: readonly string[];
  /** Other names of attributes. */
  readonly otherNames: Readonly<Record<string, string>>;
  readonly stringComparators: readonly string[];
  readonly tagComparators: readonly string[];
  /** Entities that can be asked for a missing value. */
  readonly nullable: readonly Entity[];
}

const equal = ["=", "!="];
export const numberComparators = [...equal, "<", "<=", ">", ">="];
const texts = [...equal, "LIKE", "ILIKE"];
const textsAndLists = [...texts, "IN", "NOT IN"];

const tagWords = { attribute: "attribute", tag: "tag", tags: "tag" } as const;

export const runGrammar: Grammar = {
  entities: {
    metric: "metric",
    metrics: "metric",
    parameter: "param",
    parameters: "param",
    param: "param",
    params: "param",
    tag: "tag",
    tags: "tag",
    attribute: "attribute",
    attr: "attribute",
    attributes: "attribute",
    run: "attribute",
    dataset: "dataset",
    datasets: "dataset",
  },
  entityNames: "['metric', 'parameter', 'tag', 'attribute', 'dataset']",
  attributes: ["artifact_uri", "end_time", "run_id", "run_name", "start_time", "status", "user_id"],
  orderBy: ["end_time", "experiment_id", "run_id", "run_name", "start_time", "status", "user_id", "artifact_uri"],
  numeric: ["start_time", "end_time"],
  lists: ["run_id"],
  otherNames: {
    created: "start_time",
    Created: "start_time",
    "run name": "run_name",
    "Run name": "run_name",
    "Run Name": "run_name",
  },
  stringComparators: textsAndLists,
  tagComparators: [...texts, "IS NULL", "IS NOT NULL"],
  nullable: ["tag", "param"],
};

export const experimentGrammar: Grammar = {
  entities: tagWords,
  entityNames: "('attribute', 'tag', 'tags')",
  attributes: ["name", "creation_time", "last_update_time", "experiment_id"],
  orderBy: ["name", "experiment_id", "creation_time", "last_update_time"],
  numeric: ["creation_time", "last_update_time"],
  lists: ["experiment_id"],
  otherNames: {},
  stringComparators: textsAndLists,
  tagComparators: [...texts, "IS NULL", "IS NOT NULL"],
  nullable: ["tag"],
};

export const modelGrammar: Grammar = {
  entities: tagWords,
  entityNames: "('attribute', 'tag', 'tags')",
  attributes: ["name"],
  orderBy: ["name", "creation_timestamp", "last_updated_timestamp", "timestamp"],
  numeric: [],
  lists: ["name"],
  otherNames: {},
  stringComparators: textsAndLists,
  tagComparators: texts,
  nullable: [],
};

export const versionGrammar: Grammar = {
  entities: tagWords,
  entityNames: "('attribute', 'tag', 'tags')",
  attributes: ["name", "version_number", "run_id", "source_path"],
  orderBy: ["name", "version_number", "creation_timestamp", "last_updated_timestamp"],
  numeric: ["version_number", "creation_timestamp", "last_updated_timestamp"],
  lists: ["name", "run_id"],
  otherNames: {},
  stringComparators: textsAndLists,
  tagComparators: texts,
  nullable: [],
};

export const loggedModelGrammar: Grammar = {
  entities: { attributes: "attribute", metrics: "metric", params: "param", tags: "tag" },
  entityNames: "['attributes', 'metrics', 'params', 'tags']",
  attributes: [
    "name",
    "model_id",
    "model_type",
    "status",
    "source_run_id",
    "creation_timestamp",
    "creation_timestamp_ms",
    "last_updated_timestamp",
    "last_updated_timestamp_ms",
  ],
  orderBy: [],
  numeric: ["creation_timestamp", "creation_timestamp_ms", "last_updated_timestamp", "last_updated_timestamp_ms"],
  lists: ["name", "model_id", "model_type", "status", "source_run_id"],
  otherNames: { creation_time: "creation_timestamp", last_updated_time: "last_updated_timestamp" },
  stringComparators: textsAndLists,
  tagComparators: textsAndLists,
  nullable: [],
};
