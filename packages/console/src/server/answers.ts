import type {
  BatchDetail,
  CommentSummary,
  Overview,
  PipelineData,
  PipelineModels,
  RunDetail,
  RunPage,
  Trace,
  VersionDetail,
  Watch,
} from "@atalaya/api";
import { useQuery } from "@tanstack/react-query";
import { ask } from "./ask.js";

/** Keys of what the page holds; live events make them stale by their first part. */
export const keys = {
  overview: ["overview"],
  models: (pipeline: string) => ["models", pipeline],
  version: (pipeline: string, version: number) => ["models", pipeline, version],
  comments: (pipeline: string, version: number) => ["models", pipeline, version, "comments"],
  runs: (query: string) => ["runs", "list", query],
  run: (run: string) => ["runs", run],
  data: (pipeline: string, offset: number) => ["data", pipeline, offset],
  batch: (batch: string, offset: number) => ["data", "batch", batch, offset],
  watch: (pipeline: string, hours: number) => ["watch", pipeline, hours],
  audit: (about: string) => ["audit", about],
  served: (pipeline: string) => ["served", pipeline],
} as const;

const base = "/v1/console";
const name = encodeURIComponent;

/** Addresses of the interface, for fetching and for showing as curl. */
export const addresses = {
  overview: `${base}/overview`,
  models: (pipeline: string) => `${base}/models/${name(pipeline)}`,
  version: (pipeline: string, version: number) => `${base}/models/${name(pipeline)}/versions/${version}`,
  bundle: (pipeline: string, version: number) => `${base}/models/${name(pipeline)}/versions/${version}/bundle`,
  card: (pipeline: string, version: number) => `${base}/models/${name(pipeline)}/versions/${version}/card?format=markdown`,
  evidence: (pipeline: string, version: number) => `${base}/models/${name(pipeline)}/versions/${version}/evidence`,
  comments: (pipeline: string, version: number | null = null) =>
    `${base}/models/${name(pipeline)}/comments${version === null ? "" : `?version=${version}`}`,
  promote: (pipeline: string) => `${base}/models/${name(pipeline)}/promote`,
  rollback: (pipeline: string) => `${base}/models/${name(pipeline)}/rollback`,
  runs: (query: string) => `${base}/runs${query === "" ? "" : `?${query}`}`,
  run: (run: string) => `${base}/runs/${name(run)}`,
  startRun: (pipeline: string) => `${base}/pipelines/${name(pipeline)}/runs`,
  changeRun: (run: string, change: "cancel" | "resume" | "retry") => `${base}/runs/${name(run)}/${change}`,
  data: (pipeline: string, offset: number) => `${base}/data/${name(pipeline)}?limit=50&offset=${offset}`,
  batch: (batch: string, offset: number) => `${base}/batches/${name(batch)}?limit=100&offset=${offset}`,
  release: (batch: number) => `${base}/batches/${batch}/release`,
  watch: (pipeline: string, hours: number) => `${base}/watch/${name(pipeline)}?hours=${hours}`,
  audit: (about: string) => `${base}/audit?about=${name(about)}`,
  pipeline: (pipeline: string) => `/v1/pipelines/${name(pipeline)}`,
} as const;

export const useOverview = () => useQuery({ queryKey: keys.overview, queryFn: () => ask<Overview>(addresses.overview) });

export const useModels = (pipeline: string) =>
  useQuery({ queryKey: keys.models(pipeline), queryFn: () => ask<PipelineModels>(addresses.models(pipeline)) });

export const useVersion = (pipeline: string, version: number) =>
  useQuery({
    queryKey: keys.version(pipeline, version),
    queryFn: () => ask<VersionDetail>(addresses.version(pipeline, version)),
  });

export const useComments = (pipeline: string, version: number) =>
  useQuery({
    queryKey: keys.comments(pipeline, version),
    queryFn: () => ask<CommentSummary[]>(addresses.comments(pipeline, version)),
  });

export const useRuns = (query: string) =>
  useQuery({
    queryKey: keys.runs(query),
    queryFn: () => ask<RunPage>(addresses.runs(query)),
    placeholderData: (before: RunPage | undefined) => before,
  });

export const useRun = (run: string) => useQuery({ queryKey: keys.run(run), queryFn: () => ask<RunDetail>(addresses.run(run)) });

export const useData = (pipeline: string, offset: number) =>
  useQuery({
    queryKey: keys.data(pipeline, offset),
    queryFn: () => ask<PipelineData>(addresses.data(pipeline, offset)),
    placeholderData: (before: PipelineData | undefined) => before,
  });

export const useBatch = (batch: string, offset: number) =>
  useQuery({ queryKey: keys.batch(batch, offset), queryFn: () => ask<BatchDetail>(addresses.batch(batch, offset)) });

export const useWatch = (pipeline: string, hours: number) =>
  useQuery({
    queryKey: keys.watch(pipeline, hours),
    queryFn: () => ask<Watch>(addresses.watch(pipeline, hours)),
    refetchInterval: 15_000,
  });

export const useTrace = (about: string) =>
  useQuery({
    queryKey: keys.audit(about),
    queryFn: () => ask<Trace>(addresses.audit(about)),
    enabled: about !== "",
    retry: false,
  });

/** What a pipeline serves now, as its callers see it. */
export interface ServedPipelineAnswer {
  readonly name: string;
  readonly ready: boolean;
  readonly version: number | null;
  readonly alias: string | null;
  readonly model: string | null;
  readonly task?: string;
}

export const useServed = (pipeline: string) =>
  useQuery({
    queryKey: keys.served(pipeline),
    queryFn: () => ask<ServedPipelineAnswer>(addresses.pipeline(pipeline)),
    refetchInterval: 20_000,
  });

/** How good answers were whose truth somebody has told, by version. */
export interface LiveQuality {
  readonly versions: readonly {
    readonly version: number;
    readonly rows: number;
    readonly from: string;
    readonly to: string;
    readonly metrics: Readonly<Record<string, number | null>>;
  }[];
}

export const useQuality = (pipeline: string) =>
  useQuery({
    queryKey: ["watch", pipeline, "quality"],
    queryFn: () => ask<LiveQuality>(`${addresses.pipeline(pipeline)}/quality`),
    retry: false,
  });
