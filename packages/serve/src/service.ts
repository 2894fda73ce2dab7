import { nearestName } from "@atalaya/learn";
import { createIdGenerator } from "./answers/prediction-id.js";
import { errors } from "./errors.js";
import { createServingMetrics, type ServingMetrics } from "./metrics/serving-metrics.js";
import type { ModelSource } from "./models/model-source.js";
import { openBundle } from "./models/open-bundle.js";
import type { OpenModel } from "./models/scoring-model.js";
import { type ModelObserver, ServedPipeline } from "./models/served-pipeline.js";
import { PredictionLog, type PredictionSink } from "./prediction-log/prediction-log.js";

/** Where the service tells what happens. A pino logger is one. */
export interface ServiceLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
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
  readonly nextId: () => string = createIdGenerator();
  readonly #options: PredictionServiceOptions;
  readonly #pipelines = new Map<string, ServedPipeline>();

  constructor(options: PredictionServiceOptions) {
    this.#options = options;
    this.logger = options.logger ?? SILENT;
    this.mostRows = options.mostRows ?? 100_000;
    this.mostExplainedRows = options.mostExplainedRows ?? 1_000;
    const { predictionSink: sink } = options;
    const onFailed = (error: unknown, attempt: number) =>
      this.logger.warn({ error, attempt }, "The prediction log could not be written; trying again");
    this.log = sink === undefined ? null : new PredictionLog({ sink, onFailed });
    this.metrics = createServingMetrics(this.log);
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
    const { models: source, open = openBundle, alias = "production", pollMs = 5_000 } = this.#options;
    const pipeline = new ServedPipeline({ name, alias, source, open, pollMs, observer: this.#observer });
    this.#pipelines.set(name, pipeline);
    this.metrics.modelServed(name, null);
    await pipeline.start();
    return pipeline;
  }

  /** Requests that have begun are answered. */
  async remove(name: string): Promise<void> {
    const pipeline = this.pipeline(name);
    this.#pipelines.delete(name);
    await pipeline.close();
    this.metrics.pipelineRemoved(name);
  }

  /** Stops following models and hands over what waits in the prediction log. Close the HTTP server first. */
  async close(): Promise<void> {
    await Promise.all(this.pipelines.map((pipeline) => pipeline.close()));
    if (this.log === null) return;
    const before = this.log.droppedRows;
    await this.log.close();
    const lost = this.log.droppedRows - before;
    if (lost > 0) this.logger.error({ rows: lost }, "The prediction log lost rows, as they could not be written in time");
  }

  readonly #observer: ModelObserver = {
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

/** A service that follows its models; see `PredictionService.start`. */
export async function createPredictionService(options: PredictionServiceOptions): Promise<PredictionService> {
  const service = new PredictionService(options);
  await service.start();
  return service;
}
