import {
  createLoggedModel,
  deleteLoggedModelTag,
  findLoggedModel,
  searchLoggedModels,
  updateLoggedModel,
} from "@atalaya/registry";
import { errors, invalid } from "../errors.js";
import { loggedModelJson } from "../protocol/entities.js";
import { offsetOf } from "../protocol/page-token.js";
import { checkLoggedModelName, experimentNumber } from "../protocol/validate.js";
import { loggedModelGrammar } from "../search/grammar.js";
import { parseFilter } from "../search/parse-filter.js";
import { nextPage } from "./experiments.js";
import { type Call, done, type ProtocolRoute } from "./route.js";
import { inventName } from "./run-names.js";

const statuses: Readonly<Record<string, string>> = {
  "1": "LOGGED_MODEL_PENDING",
  "2": "LOGGED_MODEL_READY",
  "3": "LOGGED_MODEL_UPLOAD_FAILED",
  LOGGED_MODEL_PENDING: "LOGGED_MODEL_PENDING",
  LOGGED_MODEL_READY: "LOGGED_MODEL_READY",
  LOGGED_MODEL_UPLOAD_FAILED: "LOGGED_MODEL_UPLOAD_FAILED",
};

async function create({ fields, store }: Call) {
  const experiment = experimentNumber(fields.text("experiment_id"));
  const name = fields.optionalText("name") || null;
  if (name !== null) checkLoggedModelName(name);
  const model = await createLoggedModel(store.database, {
    experiment,
    name: name ?? inventName(),
    modelType: fields.optionalText("model_type"),
    sourceRun: fields.optionalText("source_run_id"),
    tags: fields.tags("tags"),
    params: fields.tags("params"),
  });
  return { model: loggedModelJson(model) };
}

async function finalize({ fields, path, store }: Call) {
  const status = statuses[String(fields.raw("status") ?? "")];
  if (status === undefined)
    throw invalid(`Invalid value ${JSON.stringify(fields.raw("status") ?? null)} for parameter 'status' supplied.`);
  return { model: loggedModelJson(await updateLoggedModel(store.database, idOf(path), { status })) };
}

async function search({ fields, store }: Call) {
  const limit = fields.optionalInteger("max_results") || 100;
  const offset = offsetOf(fields.optionalText("page_token"));
  const order = fields.objects("order_by").map((key) => {
    const field = key.optionalText("field_name") ?? "";
    const known = [...loggedModelGrammar.attributes, "creation_time"].includes(field) || field.startsWith("metrics.");
    if (!known)
      throw invalid(
        field.includes(".")
          ? `Invalid order by field name: ${field}. Only metrics are supported.`
          : `Invalid order by field name: ${field}`,
      );
    return {
      field,
      ascending: key.raw("ascending") !== false,
      dataset: { name: key.optionalText("dataset_name") || null, digest: key.optionalText("dataset_digest") || null },
    };
  });
  const datasets = fields.objects("datasets").map((dataset) => {
    const name = dataset.optionalText("dataset_name");
    if (!name) throw invalid("`dataset_name` in the `datasets` clause must be specified.");
    return { name, digest: dataset.optionalText("dataset_digest") || null };
  });
  const experiments = fields.texts("experiment_ids").map(experimentNumber);
  const clauses = parseFilter(fields.optionalText("filter"), loggedModelGrammar);
  const page = await searchLoggedModels(store.database, { experiments, clauses, datasets, order, limit, offset });
  return { ...(page.items.length === 0 ? {} : { models: page.items.map(loggedModelJson) }), ...nextPage(page, offset, limit) };
}

const idOf = (path: Call["path"]): string => path.model_id ?? "";

export const loggedModelRoutes: readonly ProtocolRoute[] = [
  { method: "POST", path: "/logged-models", answer: create },
  { method: "POST", path: "/logged-models/search", answer: search },
  {
    method: "GET",
    path: "/logged-models/:model_id",
    answer: async ({ fields, path, store }) => ({
      model: loggedModelJson(await findLoggedModel(store.database, idOf(path), fields.flag("allow_deleted"))),
    }),
  },
  { method: "PATCH", path: "/logged-models/:model_id", answer: finalize },
  {
    method: "DELETE",
    path: "/logged-models/:model_id",
    answer: async ({ path, store }) => {
      await updateLoggedModel(store.database, idOf(path), { stage: "deleted" });
      return done;
    },
  },
  {
    method: "PATCH",
    path: "/logged-models/:model_id/tags",
    answer: async ({ fields, path, store }) => {
      await updateLoggedModel(store.database, idOf(path), { tags: fields.tags("tags") });
      return done;
    },
  },
  {
    method: "DELETE",
    path: "/logged-models/:model_id/tags/:tag_key",
    answer: async ({ path, store }) => {
      const [model, key] = [idOf(path), path.tag_key ?? ""];
      if (!(await deleteLoggedModelTag(store.database, model, key)))
        throw errors.NOT_FOUND({ because: `No tag with key '${key}' found for model with ID '${model}'.` });
      return done;
    },
  },
  {
    method: "POST",
    path: "/logged-models/:model_id/params",
    answer: async ({ fields, path, store }) => {
      await updateLoggedModel(store.database, idOf(path), { params: fields.tags("params") });
      return done;
    },
  },
];
