import {
  createExperiment,
  deleteExperimentTag,
  experimentNamed,
  findExperiment,
  moveExperiment,
  type Page,
  renameExperiment,
  type Stage,
  searchExperiments,
  setExperimentTag,
} from "@atalaya/registry";
import { errors, invalid } from "../errors.js";
import { experimentJson } from "../protocol/entities.js";
import type { Fields } from "../protocol/fields.js";
import { offsetOf, pageToken } from "../protocol/page-token.js";
import { checkExperimentName, checkExperimentTag, checkMostResults, experimentNumber } from "../protocol/validate.js";
import { experimentGrammar } from "../search/grammar.js";
import { parseFilter } from "../search/parse-filter.js";
import { parseOrder } from "../search/parse-order.js";
import { type Call, done, type ProtocolRoute } from "./route.js";

const stagesByView: Readonly<Record<string, readonly Stage[]>> = {
  ACTIVE_ONLY: ["active"],
  DELETED_ONLY: ["deleted"],
  ALL: ["active", "deleted"],
};

export function stagesOf(fields: Fields, name: string): readonly Stage[] {
  const view = fields.optionalText(name) ?? "ACTIVE_ONLY";
  const stages = stagesByView[view];
  if (stages === undefined) throw invalid(`Invalid value "${view}" for parameter '${name}' supplied.`);
  return stages;
}

/** `next_page_token` when there is another page. */
export function nextPage(page: Page<unknown>, offset: number, limit: number): { readonly next_page_token?: string } {
  return page.hasMore ? { next_page_token: pageToken(offset + limit) } : {};
}

async function create({ fields, store }: Call) {
  const name = fields.text("name");
  checkExperimentName(name);
  const location = fields.optionalText("artifact_location") || null;
  if (location?.startsWith("runs:")) throw invalid(`Artifact location cannot be a runs:/ URI. Given: '${location}'`);
  const tags = fields.pairs("tags");
  for (const { key, value } of tags) checkExperimentTag(key, value);
  const id = await createExperiment(store.database, { name, artifactLocation: location, tags: fields.tags("tags") });
  return { experiment_id: String(id) };
}

async function get({ fields, store }: Call) {
  return { experiment: experimentJson(await findExperiment(store.database, experimentNumber(fields.text("experiment_id")))) };
}

async function getByName({ fields, store }: Call) {
  const name = fields.text("experiment_name");
  const found = await experimentNamed(store.database, name);
  if (found === null) throw errors.NOT_FOUND({ because: `Could not find experiment with name '${name}'` });
  return { experiment: experimentJson(found) };
}

async function search({ fields, store }: Call) {
  const limit = fields.optionalInteger("max_results") ?? 1_000;
  checkMostResults(limit, 50_000);
  const offset = offsetOf(fields.optionalText("page_token"));
  const page = await searchExperiments(store.database, {
    clauses: parseFilter(fields.optionalText("filter"), experimentGrammar).map((clause) =>
      clause.key === "experiment_id" && clause.entity === "attribute"
        ? { ...clause, value: Array.isArray(clause.value) ? clause.value : experimentNumber(String(clause.value)) }
        : clause,
    ),
    order: parseOrder(fields.texts("order_by"), experimentGrammar),
    stages: stagesOf(fields, "view_type"),
    limit,
    offset,
  });
  return {
    ...(page.items.length === 0 ? {} : { experiments: page.items.map(experimentJson) }),
    ...nextPage(page, offset, limit),
  };
}

const numberOf = (fields: Fields) => experimentNumber(fields.text("experiment_id"));

export const experimentRoutes: readonly ProtocolRoute[] = [
  { method: "POST", path: "/experiments/create", answer: create },
  { method: "GET", path: "/experiments/get", answer: get },
  { method: "GET", path: "/experiments/get-by-name", answer: getByName },
  { method: "POST", path: "/experiments/search", answer: search },
  { method: "GET", path: "/experiments/search", answer: search },
  {
    method: "POST",
    path: "/experiments/update",
    answer: async ({ fields, store }) => {
      const id = numberOf(fields);
      const name = fields.text("new_name");
      checkExperimentName(name);
      await renameExperiment(store.database, id, name);
      return done;
    },
  },
  {
    method: "POST",
    path: "/experiments/delete",
    answer: async ({ fields, store }) => {
      await moveExperiment(store.database, numberOf(fields), "deleted");
      return done;
    },
  },
  {
    method: "POST",
    path: "/experiments/restore",
    answer: async ({ fields, store }) => {
      await moveExperiment(store.database, numberOf(fields), "active");
      return done;
    },
  },
  {
    method: "POST",
    path: "/experiments/set-experiment-tag",
    answer: async ({ fields, store }) => {
      const id = numberOf(fields);
      const [key, value] = [fields.text("key"), fields.optionalText("value") ?? ""];
      checkExperimentTag(key, value);
      await setExperimentTag(store.database, id, key, value);
      return done;
    },
  },
  {
    method: "POST",
    path: "/experiments/delete-experiment-tag",
    answer: async ({ fields, store }) => {
      await deleteExperimentTag(store.database, numberOf(fields), fields.text("key"));
      return done;
    },
  },
];
