import type {
  DatasetInput,
  Experiment,
  KeyValue,
  LoggedModel,
  Metric,
  RegisteredModel,
  RegisteredVersion,
  RunInfo,
  Tags,
  TrackedRun,
} from "@atalaya/registry";

/** What the protocol calls the one tenant. */
const workspace = "default";

export function experimentJson({ id, name, artifactLocation, stage, createdAt, updatedAt, tags }: Experiment) {
  return {
    experiment_id: String(id),
    name,
    artifact_location: artifactLocation,
    lifecycle_stage: stage,
    last_update_time: updatedAt,
    creation_time: createdAt,
    ...unlessEmpty("tags", pairsOf(tags)),
    workspace,
  };
}

/** Fields that are undefined are left out of JSON: what comes by the thousand is made without copies. */
export function runInfoJson(run: RunInfo) {
  return {
    run_uuid: run.id,
    experiment_id: String(run.experiment),
    run_name: run.name,
    user_id: run.userId,
    status: run.status,
    start_time: run.startedAt ?? undefined,
    end_time: run.endedAt ?? undefined,
    artifact_uri: run.artifactUri,
    lifecycle_stage: run.stage,
    run_id: run.id,
  };
}

export function runJson(run: TrackedRun) {
  const { metrics, params, tags, datasets, inputModels, outputModels } = run;
  return {
    info: runInfoJson(run),
    data: {
      metrics: metrics.length === 0 ? undefined : metrics.map(metricJson),
      params: params.length === 0 ? undefined : params,
      tags: tags.length === 0 ? undefined : tags,
    },
    inputs: {
      dataset_inputs: datasets.length === 0 ? undefined : datasets.map(datasetJson),
      model_inputs: inputModels.length === 0 ? undefined : inputModels.map(({ model }) => ({ model_id: model })),
    },
    outputs: {
      model_outputs: outputModels.length === 0 ? undefined : outputModels.map(({ model, step }) => ({ model_id: model, step })),
    },
  };
}

/** NaN goes out as a word, as JSON has no number for it. */
export function metricJson({ key, value, at, step }: Metric) {
  return { key, value: Number.isNaN(value) ? "NaN" : value, timestamp: at, step };
}

function datasetJson({ name, digest, sourceType, source, schema, profile, tags }: DatasetInput) {
  return {
    ...unlessEmpty("tags", pairsOf(tags)),
    dataset: {
      name,
      digest,
      source_type: sourceType,
      source,
      ...(schema === null ? {} : { schema }),
      ...(profile === null ? {} : { profile }),
    },
  };
}

export function loggedModelJson(model: LoggedModel) {
  return {
    info: {
      model_id: model.id,
      experiment_id: String(model.experiment),
      name: model.name,
      creation_timestamp_ms: model.createdAt,
      last_updated_timestamp_ms: model.updatedAt,
      artifact_uri: model.artifactUri,
      status: model.status,
      model_type: model.modelType ?? "",
      ...(model.sourceRun === null ? {} : { source_run_id: model.sourceRun }),
      ...unlessEmpty("tags", pairsOf(model.tags)),
    },
    data: {
      ...unlessEmpty("params", pairsOf(model.params)),
      ...unlessEmpty(
        "metrics",
        model.metrics.map((metric) => ({
          ...metricJson(metric),
          model_id: model.id,
          run_id: metric.run,
          ...(metric.datasetName === null ? {} : { dataset_name: metric.datasetName }),
          ...(metric.datasetDigest === null ? {} : { dataset_digest: metric.datasetDigest }),
        })),
      ),
    },
  };
}

export function modelJson(model: RegisteredModel) {
  return {
    name: model.name,
    creation_timestamp: model.createdAt,
    last_updated_timestamp: model.updatedAt,
    ...(model.description === null ? {} : { description: model.description }),
    ...unlessEmpty(
      "latest_versions",
      model.latest.map((version) => versionJson({ ...version, aliases: [] })),
    ),
    ...unlessEmpty("tags", pairsOf(model.tags)),
    ...unlessEmpty(
      "aliases",
      model.aliases.map(({ alias, version }) => ({ alias, version: String(version) })),
    ),
  };
}

export function versionJson(version: RegisteredVersion) {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.createdAt,
    last_updated_timestamp: version.updatedAt,
    ...(version.userId === null ? {} : { user_id: version.userId }),
    current_stage: version.stage,
    description: version.description ?? "",
    source: version.source,
    run_id: version.runId ?? "",
    status: version.status,
    run_link: version.runLink ?? "",
    ...unlessEmpty("tags", pairsOf(version.tags)),
    ...unlessEmpty("aliases", version.aliases),
  };
}

function pairsOf(tags: Tags): KeyValue[] {
  return Object.entries(tags)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => ({ key, value }));
}

/** Lists without items are left out of protocol buffers' JSON. */
function unlessEmpty<Item>(name: string, items: readonly Item[]): Record<string, readonly Item[]> {
  return items.length === 0 ? {} : { [name]: items };
}
