import {
  createRegistered,
  deleteRegistered,
  deleteVersionTag,
  describeRegistered,
  findLoggedModel,
  findModel,
  findRegistered,
  findRun,
  moveToStage,
  searchRegistered,
  setVersionTag,
  updateLoggedModel,
} from "@atalaya/registry";
import { invalid } from "../errors.js";
import { checkedSource } from "../protocol/artifact-path.js";
import { versionJson } from "../protocol/entities.js";
import { offsetOf } from "../protocol/page-token.js";
import { checkModelName, checkModelTag, versionNumber } from "../protocol/validate.js";
import { versionGrammar } from "../search/grammar.js";
import { parseFilter } from "../search/parse-filter.js";
import { parseOrder } from "../search/parse-order.js";
import { nextPage } from "./experiments.js";
import { listOf } from "./registered-models.js";
import { type Call, done, type ProtocolRoute } from "./route.js";
import { canonicalStage, isActiveStage } from "./stages.js";

function versionOf({ fields }: Call): { readonly name: string; readonly version: number } {
  const name = fields.text("name");
  checkModelName(name);
  return { name, version: versionNumber(fields.text("version")) };
}

async function create(call: Call) {
  const { fields, store } = call;
  const name = fields.text("name");
  checkModelName(name);
  const given = checkedSource(fields.text("source"));
  for (const { key, value } of fields.pairs("tags")) checkModelTag(key, value);
  await findModel(store.database, name);
  const origin = await originOf(call, given);
  const version = await createRegistered(store.database, {
    name,
    ...origin,
    runLink: fields.optionalText("run_link"),
    description: fields.optionalText("description"),
    tags: fields.tags("tags"),
  });
  if (origin.modelId !== null) await noteVersion(store, origin.modelId, name, version.version);
  return { model_version: versionJson(version) };
}

const versionsTag = "mlflow.modelVersions";

/** A logged model tells in a tag which versions are made of it; the text is written as Python writes it. */
async function noteVersion({ database }: Call["store"], model: string, name: string, version: number): Promise<void> {
  const { tags } = await findLoggedModel(database, model, true);
  const entry = `{"name": ${JSON.stringify(name)}, "version": ${version}}`;
  const before = /^\[(.+)\]$/.exec(tags[versionsTag] ?? "")?.[1];
  await updateLoggedModel(database, model, { tags: { [versionsTag]: `[${before === undefined ? "" : `${before}, `}${entry}]` } });
}

interface Origin {
  readonly source: string;
  readonly storageLocation: string;
  readonly runId: string | null;
  readonly modelId: string | null;
}

/** Where the files of a version lie, and the run that made them. A source must lie within the run or model that it names. */
async function originOf({ fields, store }: Call, source: string): Promise<Origin> {
  const runId = fields.optionalText("run_id") || null;
  const modelId = fields.optionalText("model_id") || null;
  const refused = (parameter: string) =>
    invalid(
      `Invalid model version source: '${source}'. The ${parameter} request parameter must identify the resource that contains the source.`,
    );
  const named = /^models:\/(?:\/+)?([^/@]+)(?:\/(\d+)|@([^/]+))$/.exec(source);
  if (named !== null) {
    const { storageLocation, runId: run, modelId: model, version } = await versionNamed(store, named);
    return { source: `models:/${named[1]}/${version}`, storageLocation, runId: runId ?? run, modelId: modelId ?? model };
  }
  const logged = /^models:\/(m-[0-9a-f]+)$/.exec(source)?.[1];
  if (logged !== undefined) {
    if (modelId !== logged) throw refused("model_id");
    const model = await findLoggedModel(store.database, logged).catch(() => null);
    if (model === null) throw refused("model_id");
    return { source, storageLocation: model.artifactUri, runId: runId ?? model.sourceRun, modelId };
  }
  const ofRun = /^runs:\/([^/]+)(?:\/(.*))?$/.exec(source);
  if (ofRun !== null) {
    if (modelId !== null) throw refused("model_id");
    if (runId === null || ofRun[1] !== runId) throw refused("run_id");
    // MLflow keeps the address as it is and lets the client resolve it.
    return { source, storageLocation: source, runId, modelId };
  }
  const root = await rootOf(store, runId, modelId);
  if (/^mlflow-artifacts:/.test(source) && (root === null || !`${source}/`.startsWith(`${root}/`)))
    throw refused(modelId === null ? "run_id" : "model_id");
  const run = runId ?? (modelId === null ? null : (await findLoggedModel(store.database, modelId)).sourceRun);
  return { source, storageLocation: source, runId: run, modelId };
}

async function rootOf(store: Call["store"], runId: string | null, modelId: string | null): Promise<string | null> {
  if (modelId !== null) return (await findLoggedModel(store.database, modelId).catch(() => null))?.artifactUri ?? null;
  return runId === null ? null : ((await findRun(store.database, runId).catch(() => null))?.artifactUri ?? null);
}

async function versionNamed(store: Call["store"], [, name = "", number, alias]: RegExpExecArray) {
  const { aliases } = await findModel(store.database, name);
  const version = number === undefined ? aliases.find((one) => one.alias === alias)?.version : Number(number);
  if (version === undefined) throw invalid(`Registered model alias ${alias} not found.`);
  return findRegistered(store.database, name, version);
}

async function search({ fields, store }: Call) {
  const limit = fields.optionalInteger("max_results") ?? 200_000;
  if (limit < 1) throw invalid(`Invalid value for max_results. It must be a positive integer, but got ${limit}`);
  if (limit > 200_000)
    throw invalid(`Invalid value for request parameter max_results. It must be at most 200000, but got value ${limit}`);
  const offset = offsetOf(fields.optionalText("page_token"));
  const page = await searchRegistered(store.database, {
    clauses: parseFilter(fields.optionalText("filter"), versionGrammar),
    order: parseOrder(listOf(fields.raw("order_by")), versionGrammar),
    limit,
    offset,
  });
  const versions = page.items.map((version) => versionJson({ ...version, aliases: [] }));
  return { ...(versions.length === 0 ? {} : { model_versions: versions }), ...nextPage(page, offset, limit) };
}

async function transition(call: Call) {
  const { fields, store } = call;
  const { name, version } = versionOf(call);
  const stage = canonicalStage(fields.text("stage"));
  const archiveOthers = fields.flag("archive_existing_versions");
  if (archiveOthers && !isActiveStage(stage))
    throw invalid(
      `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage. Valid stages are ['Staging', 'Production']`,
    );
  return { model_version: versionJson(await moveToStage(store.database, { name, version, stage, archiveOthers })) };
}

export const modelVersionRoutes: readonly ProtocolRoute[] = [
  { method: "POST", path: "/model-versions/create", answer: create },
  {
    method: "GET",
    path: "/model-versions/get",
    answer: async (call) => {
      const { name, version } = versionOf(call);
      return { model_version: versionJson(await findRegistered(call.store.database, name, version)) };
    },
  },
  { method: "GET", path: "/model-versions/search", answer: search },
  {
    method: "PATCH",
    path: "/model-versions/update",
    answer: async (call) => {
      const { name, version } = versionOf(call);
      const description = call.fields.optionalText("description");
      return { model_version: versionJson(await describeRegistered(call.store.database, name, version, description)) };
    },
  },
  { method: "POST", path: "/model-versions/transition-stage", answer: transition },
  {
    method: "DELETE",
    path: "/model-versions/delete",
    answer: async (call) => {
      const { name, version } = versionOf(call);
      await deleteRegistered(call.store.database, name, version);
      return done;
    },
  },
  {
    method: "GET",
    path: "/model-versions/get-download-uri",
    answer: async (call) => {
      const { name, version } = versionOf(call);
      return { artifact_uri: (await findRegistered(call.store.database, name, version)).storageLocation };
    },
  },
  {
    method: "POST",
    path: "/model-versions/set-tag",
    answer: async (call) => {
      const { name, version } = versionOf(call);
      const [key, value] = [call.fields.text("key"), call.fields.optionalText("value") ?? ""];
      checkModelTag(key, value);
      await setVersionTag(call.store.database, name, version, key, value);
      return done;
    },
  },
  {
    method: "DELETE",
    path: "/model-versions/delete-tag",
    answer: async (call) => {
      const { name, version } = versionOf(call);
      await deleteVersionTag(call.store.database, name, version, call.fields.text("key"));
      return done;
    },
  },
];
