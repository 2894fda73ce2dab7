import {
  createModel,
  deleteModel,
  deleteModelTag,
  describeModel,
  findModel,
  latestByStage,
  registeredByAlias,
  renameModel,
  searchModels,
  setModelTag,
} from "@atalaya/registry";
import { errors, invalid } from "../errors.js";
import { modelJson, versionJson } from "../protocol/entities.js";
import { offsetOf } from "../protocol/page-token.js";
import { checkAlias, checkAliasNotReserved, checkModelName, checkModelTag, versionNumber } from "../protocol/validate.js";
import { modelGrammar } from "../search/grammar.js";
import { parseFilter } from "../search/parse-filter.js";
import { parseOrder } from "../search/parse-order.js";
import { nextPage } from "./experiments.js";
import { type Call, done, type ProtocolRoute } from "./route.js";
import { canonicalStage } from "./stages.js";

function nameOf({ fields }: Call): string {
  const name = fields.text("name");
  checkModelName(name);
  return name;
}

async function create(call: Call) {
  const { fields, store } = call;
  const name = nameOf(call);
  for (const { key, value } of fields.pairs("tags")) checkModelTag(key, value);
  const model = { name, description: fields.optionalText("description"), tags: fields.tags("tags") };
  return { registered_model: modelJson(await createModel(store.database, model)) };
}

async function search({ fields, store }: Call) {
  const limit = fields.optionalInteger("max_results") ?? 100;
  if (limit > 1_000)
    throw invalid(`Invalid value for request parameter max_results. It must be at most 1000, but got value ${limit}`);
  const offset = offsetOf(fields.optionalText("page_token"));
  const page = await searchModels(store.database, {
    clauses: parseFilter(fields.optionalText("filter"), modelGrammar),
    order: parseOrder(listOf(fields.raw("order_by")), modelGrammar),
    limit,
    offset,
  });
  return {
    ...(page.items.length === 0 ? {} : { registered_models: page.items.map(modelJson) }),
    ...nextPage(page, offset, limit),
  };
}

/** A list of a query: repeated names, or one alone. */
export function listOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.map(String) : [];
}

async function latestVersions(call: Call) {
  const { fields, store } = call;
  const name = nameOf(call);
  await findModel(store.database, name);
  const wanted = listOf(fields.raw("stages")).map(canonicalStage);
  const latest = await latestByStage(store.database, [name]);
  const chosen = latest.filter(({ stage }) => wanted.length === 0 || wanted.includes(stage));
  return chosen.length === 0 ? done : { model_versions: chosen.map(versionJson) };
}

/** `latest` is the newest version of all stages; it cannot be given to one. */
async function byAlias(call: Call) {
  const { fields, store } = call;
  const name = nameOf(call);
  const alias = fields.text("alias");
  checkAlias(alias);
  if (alias.toLowerCase() === "latest") {
    await findModel(store.database, name);
    const [newest] = [...(await latestByStage(store.database, [name]))].sort((one, other) => other.version - one.version);
    if (newest === undefined) throw errors.NOT_FOUND({ because: `Latest version not found for model ${name}.` });
    return { model_version: versionJson(newest) };
  }
  const found = await registeredByAlias(store.database, name, alias);
  if (found !== null) return { model_version: versionJson(found) };
  await findModel(store.database, name);
  throw invalid(`Registered model alias ${alias} not found.`);
}

async function setAlias(call: Call) {
  const { fields, registry, who } = call;
  const name = nameOf(call);
  const alias = fields.text("alias");
  checkAlias(alias);
  checkAliasNotReserved(alias);
  const version = versionNumber(fields.text("version"));
  try {
    await registry.promote({ pipeline: name, version, alias, who, why: "set through the protocol of MLflow" });
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "REGISTRY_PIPELINE_UNKNOWN" || code === "REGISTRY_VERSION_UNKNOWN")
      throw errors.NOT_FOUND({ because: `Model Version (name=${name}, version=${version}) not found` });
    throw error;
  }
  return done;
}

async function removeAlias(call: Call) {
  const { fields, registry, store, who } = call;
  const name = nameOf(call);
  const alias = fields.text("alias");
  checkAlias(alias);
  await findModel(store.database, name);
  await registry.removeAlias({ pipeline: name, alias, who, why: "deleted through the protocol of MLflow" });
  return done;
}

export const registeredModelRoutes: readonly ProtocolRoute[] = [
  { method: "POST", path: "/registered-models/create", answer: create },
  {
    method: "GET",
    path: "/registered-models/get",
    answer: async (call) => ({ registered_model: modelJson(await findModel(call.store.database, nameOf(call))) }),
  },
  { method: "GET", path: "/registered-models/search", answer: search },
  { method: "POST", path: "/registered-models/get-latest-versions", answer: latestVersions },
  { method: "GET", path: "/registered-models/get-latest-versions", answer: latestVersions },
  {
    method: "POST",
    path: "/registered-models/rename",
    answer: async (call) => {
      const name = nameOf(call);
      const newName = call.fields.text("new_name");
      checkModelName(newName);
      return { registered_model: modelJson(await renameModel(call.store.database, name, newName)) };
    },
  },
  {
    method: "PATCH",
    path: "/registered-models/update",
    answer: async (call) => {
      const description = call.fields.optionalText("description") ?? "";
      return { registered_model: modelJson(await describeModel(call.store.database, nameOf(call), description)) };
    },
  },
  {
    method: "DELETE",
    path: "/registered-models/delete",
    answer: async (call) => {
      await deleteModel(call.store.database, nameOf(call));
      return done;
    },
  },
  {
    method: "POST",
    path: "/registered-models/set-tag",
    answer: async (call) => {
      const [name, key, value] = [nameOf(call), call.fields.text("key"), call.fields.optionalText("value") ?? ""];
      checkModelTag(key, value);
      await setModelTag(call.store.database, name, key, value);
      return done;
    },
  },
  {
    method: "DELETE",
    path: "/registered-models/delete-tag",
    answer: async (call) => {
      await deleteModelTag(call.store.database, nameOf(call), call.fields.text("key"));
      return done;
    },
  },
  { method: "POST", path: "/registered-models/alias", answer: setAlias },
  { method: "GET", path: "/registered-models/alias", answer: byAlias },
  { method: "DELETE", path: "/registered-models/alias", answer: removeAlias },
];
