import { availableParallelism } from "node:os";
import { join } from "node:path";
import { nearestName } from "@atalaya/learn/answering";
import { createIdGenerator } from "./answers/prediction-id.js";
import { errors } from "./errors.js";
import type { AnswerStore } from "./http/answer-store.js";
import { createServingMetrics, type ServingMetrics } from "./metrics/serving-metrics.js";
import { lastGoodModels } from "./models/last-good.js";
import type { ModelSource } from "./models/model-source.js";
import { openBundle } from "./models/open-bundle.js";
import type { OpenModel } from "./models/scoring-model.js";
import { type ModelObserver, ServedPipeline, type ServedPipelineOptions } from "./models/served-pipeline.js";
import { DiskSpool } from "./prediction-log/disk-spool.js";
import { PredictionLog } from "./prediction-log/prediction-log.js";
import type { PredictionSink } from "./prediction-log/prediction-record.js";
import { ABORT_RULES, type AbortRules, type Challenger } from "./rollout/challenger.js";
import { Rollout } from "./rollout/rollout.js";
import { ScoringThreads } from "./threads/scoring-threads.js";
import type { TruthStore } from "./truth/truth-store.js";
import { Upkeep, type UpkeepStore } from "./upkeep/upkeep.js";

/** Where the service tells what happens. A pino logger is one. */
export interface ServiceLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** A request that is over, for traces. */
export interface AnsweredRequest {
  readonly method: string;
  /** Pattern, not address. */
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
  /** `traceparent` of the request, and of its answer where that names a span of ours. */
  readonly given: string | null;
  readonly answered: string | null;
}

export interface PredictionServiceOptions {
  readonly models: ModelSource;
  /** Makes a model of a bundle's bytes: our own format unless said otherwise. */
  readonly open?: OpenModel;
  /** Pipelines to serve from the start; more can be added. */
  readonly pipelines: readonly string[];
  /** Alias that is served: `production` unless said otherwise. */
  readonly alias?: string;
  /** How often an alias is asked for besides notifications. */
  readonly pollMs?: number;
  /** Longest wait at start for the first models; loading goes on after it. */
  readonly firstLoadMs?: number;
  /** Most rows of one predict request: 100,000 unless said otherwise. */
  readonly mostRows?: number;
  /** Most rows of one explain request, which takes some hundred times as long a row: 1,000 unless said otherwise. */
  readonly mostExplainedRows?: number;
  /** Keeps inputs and answers; absent: nothing is kept. */
  readonly predictionSink?: PredictionSink;
  /** Keeps true labels and gives them back beside the answers; absent: none are taken. */
  readonly truth?: TruthStore;
  /** Shares answers by idempotency key among processes; absent: each process knows its own. */
  readonly answers?: AnswerStore;
  /** Ages the inference log and turns labelled inputs into raw batches, as pipelines say; absent: nothing does. */
  readonly upkeep?: UpkeepStore;
  /** Directory for the last good models and for what waits to be logged; absent: neither is kept. */
  readonly stateDirectory?: string;
  /** Threads for large requests, 0: none. As many as there are processors unless said otherwise. */
  readonly threads?: number;
  /** Requests that may wait for a thread: 64 unless said otherwise. */
  readonly mostWaiting?: number;
  /** Longest time of one request on a thread. */
  readonly deadlineMs?: number;
  /** Share of the requests that the version with the alias `canary` answers: a tenth unless said otherwise; 0 switches trials off. */
  readonly canaryShare?: number;
  readonly abortRules?: AbortRules;
  /** Of the program, for the metrics. */
  readonly version?: string;
  /** Told of every request when it is over. */
  readonly onAnswered?: (request: AnsweredRequest) => void;
  readonly logger?: ServiceLogger;
}

const SILENT: ServiceLogger = { info: () => {}, warn: () => {}, error: () => {} };

/** Everything that answers need and HTTP does not know: pipelines with their models, metrics and the prediction log. */
export class PredictionService {
  readonly metrics: ServingMetrics;
  readonly log: PredictionLog | null;
  readonly logger: ServiceLogger;
  readonly mostRows: number;
  readonly mostExplainedRows: number;
  readonly truth: TruthStore | null;
  readonly answers: AnswerStore | null;
  /** null: every request is answered on the event loop. */
  readonly threads: ScoringThreads | null;
  readonly onAnswered: ((request: AnsweredRequest) => void) | null;
  readonly nextId: () => string = createIdGenerator();
  readonly #options: PredictionServiceOptions;
  readonly #pipelines = new Map<string, ServedPipeline>();
  readonly #rollouts = new Map<ServedPipeline, Rollout>();
  readonly #upkeep: Upkeep | null;

  constructor(options: PredictionServiceOptions) {
    this.#options = options;
    this.logger = options.logger ?? SILENT;
    this.mostRows = options.mostRows ?? 100_000;
    this.mostExplainedRows = options.mostExplainedRows ?? 1_000;
    this.truth = options.truth ?? null;
    this.onAnswered = options.onAnswered ?? null;
    this.answers = options.answers ?? null;
    this.threads = createThreads(options);
    const { predictionSink: sink, stateDirectory } = options;
    const onFailed = (error: unknown, attempt: number) =>
      this.logger.warn({ error, attempt }, "The prediction log could not be written; trying again");
    const spool = stateDirectory === undefined ? {} : { spool: new DiskSpool(join(stateDirectory, "spool")) };
    this.log = sink === undefined ? null : new PredictionLog({ sink, onFailed, ...spool });
    this.metrics = createServingMetrics(this.log, this.threads, options.version ?? "unknown");
    this.#upkeep = options.upkeep === undefined ? null : this.#createUpkeep(options.upkeep);
  }

  #createUpkeep(store: UpkeepStore): Upkeep {
    const upkeep = new Upkeep({
      store,
      models: () => this.pipelines.flatMap(({ model }) => (model === null ? [] : [model])),
      onFailed: (error) => this.logger.warn({ error }, "The upkeep of the inference log failed; it is tried again"),
    });
    upkeep.start();
    return upkeep;
  }

  get pipelines(): readonly ServedPipeline[] {
    return [...this.#pipelines.values()];
  }

  /** @throws SERVE_PIPELINE_UNKNOWN */
  pipeline(name: string): ServedPipeline {
    const found = this.#pipelines.get(name);
    if (found !== undefined) return found;
    const served = [...this.#pipelines.keys()];
    throw errors.PIPELINE_UNKNOWN({ pipeline: name.slice(0, 100), suggestion: nearestName(name, served), served });
  }

  /** The pipeline that a short route means. @throws SERVE_PIPELINE_AMBIGUOUS, SERVE_PIPELINE_NONE */
  onlyPipeline(action: string): ServedPipeline {
    const [first, ...others] = this.#pipelines.values();
    if (first === undefined) throw errors.PIPELINE_NONE({});
    if (others.length > 0) throw errors.PIPELINE_AMBIGUOUS({ action, pipelines: [...this.#pipelines.keys()] });
    return first;
  }

  /** Versions on trial; null: trials are switched off. */
  rolloutOf(pipeline: ServedPipeline): Rollout | null {
    return this.#rollouts.get(pipeline) ?? null;
  }

  /** Serves the pipelines asked for; resolves when each has a model or the wait is over. */
  async start(): Promise<void> {
    const started = Promise.all(this.#options.pipelines.map((name) => this.add(name)));
    let timer: NodeJS.Timeout | undefined;
    const longEnough = new Promise((resolve) => {
      timer = setTimeout(resolve, this.#options.firstLoadMs ?? 10_000);
    });
    await Promise.race([started, longEnough]);
    clearTimeout(timer);
  }

  /** Serves one more pipeline; one that is served already is left as it is. Resolves after the first try to load its model. */
  async add(name: string): Promise<ServedPipeline> {
    const known = this.#pipelines.get(name);
    if (known !== undefined) return known;
    const { models: source, open = openBundle, alias = "production", pollMs = 3_000, stateDirectory } = this.#options;
    const lastGood = stateDirectory === undefined ? undefined : lastGoodModels(join(stateDirectory, "models"));
    const follow = { name, source, open, pollMs };
    const pipeline = new ServedPipeline({ ...follow, alias, lastGood, observer: this.#observer });
    this.#pipelines.set(name, pipeline);
    this.metrics.modelServed(name, null);
    await pipeline.start();
    this.#startTrials(pipeline, follow);
    return pipeline;
  }

  /** Nobody waits for versions on trial. */
  #startTrials(champion: ServedPipeline, follow: Pick<ServedPipelineOptions, "name" | "source" | "open" | "pollMs">): void {
    const { canaryShare = 0.1, abortRules: rules = ABORT_RULES } = this.#options;
    if (canaryShare === 0 || !this.#pipelines.has(champion.name)) return;
    const onAborted = (challenger: Challenger, because: string) => {
      const { pipeline, version } = challenger.model;
      this.metrics.aborted(pipeline, challenger.role, because);
      this.logger.error(
        { pipeline, ...challenger.report() },
        `Version ${version} of ${pipeline} is off trial (${challenger.role}): ${because}`,
      );
    };
    const observer = this.#trialObserver;
    const [shadow, canary] = (["shadow", "canary"] as const).map((alias) => new ServedPipeline({ ...follow, alias, observer }));
    if (shadow === undefined || canary === undefined) return;
    this.#rollouts.set(champion, new Rollout({ shadow, canary, canaryShare, rules, onAborted }));
    void Promise.all([shadow.start(), canary.start()]);
  }

  /** Requests that have begun are answered. */
  async remove(name: string): Promise<void> {
    const pipeline = this.pipeline(name);
    this.#pipelines.delete(name);
    await this.#closePipeline(pipeline);
    this.metrics.pipelineRemoved(name);
  }

  /** Stops following models and hands over what waits in the prediction log. Close the HTTP server first. */
  async close(): Promise<void> {
    await Promise.all(this.pipelines.map((pipeline) => this.#closePipeline(pipeline)));
    await Promise.all([this.threads?.close(), this.#upkeep?.close()]);
    if (this.log === null) return;
    const before = this.log.droppedRows;
    await this.log.close();
    const lost = this.log.droppedRows - before;
    if (lost > 0) this.logger.error({ rows: lost }, "The prediction log lost rows, as they could not be written in time");
  }

  async #closePipeline(pipeline: ServedPipeline): Promise<void> {
    await Promise.all([pipeline.close(), this.#rollouts.get(pipeline)?.close()]);
    this.#rollouts.delete(pipeline);
  }

  /** No version on trial is the usual state, and no trouble. */
  readonly #trialObserver: ModelObserver = {
    served: (pipeline, model) => {
      if (model === null) return;
      const { version, alias } = model;
      this.logger.info({ pipeline, version, alias }, `Version ${version} of ${pipeline} is on trial (${alias})`);
    },
    failed: (pipeline, { code, details, message }) => {
      this.metrics.modelFailed(pipeline, code);
      // The champion's follower meets an outage as well, and tells it.
      if (code !== "SERVE_MODEL_SOURCE_FAILED") this.logger.error({ pipeline, code, details }, message);
    },
  };

  readonly #observer: ModelObserver = {
    notKept: (pipeline, error) =>
      this.logger.warn({ pipeline, error }, `The model of ${pipeline} could not be kept on local disk`),
    served: (pipeline, model) => {
      this.metrics.modelServed(pipeline, model?.version ?? null);
      if (model === null) return this.logger.warn({ pipeline }, "No version carries the alias any more: not ready");
      const { version, alias, hash } = model;
      this.logger.info({ pipeline, version, alias, model: hash }, `Serving version ${version} of ${pipeline}`);
    },
    failed: (pipeline, error) => {
      this.metrics.modelFailed(pipeline, error.code);
      this.logger.error({ pipeline, code: error.code, details: error.details }, error.message);
    },
  };
}

/** A model of another format than ours lives in this thread alone. */
function createThreads({
  open,
  threads,
  mostWaiting = 64,
  deadlineMs = 30_000,
}: PredictionServiceOptions): ScoringThreads | null {
  const threadCount = threads ?? availableParallelism();
  return open !== undefined && open !== openBundle
    ? null
    : threadCount === 0
      ? null
      : new ScoringThreads({ threadCount, mostWaiting, deadlineMs });
}

/** A service that follows its models; see `PredictionService.start`. */
export async function createPredictionService(options: PredictionServiceOptions): Promise<PredictionService> {
  const service = new PredictionService(options);
  await service.start();
  return service;
}
