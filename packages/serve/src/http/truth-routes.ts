import type { FastifyInstance, FastifyRequest } from "fastify";
import { errors } from "../errors.js";
import type { ServedPipeline } from "../models/served-pipeline.js";
import { decodeBody } from "../rows/decode-body.js";
import type { PredictionService } from "../service.js";
import { liveQuality } from "../truth/live-quality.js";
import { readFeedback } from "../truth/read-feedback.js";
import type { TruthStore } from "../truth/truth-store.js";
import { callerOf } from "./caller.js";
import type { Door } from "./door.js";
import { checkOptions, countOption } from "./query-options.js";
import { smallBodyOf } from "./scoring-routes.js";

type NamedRequest = FastifyRequest<{ Params: { name: string } }>;

const DAY_MS = 86_400_000;
const MOST_ROWS = 100_000;
/** Ten thousand labels are a tenth of it. */
const MOST_BYTES = 2 * 1024 * 1024;

/** `feedback` takes what was true; `quality` says how good the answers were. */
export function addTruthRoutes(app: FastifyInstance, service: PredictionService, door: Door): void {
  app.post("/v1/pipelines/:name/feedback", (request: NamedRequest) =>
    takeFeedback(service, door, service.pipeline(request.params.name), request),
  );
  app.post("/feedback", (request) => takeFeedback(service, door, service.onlyPipeline("feedback"), request));
  app.get("/v1/pipelines/:name/quality", async (request: NamedRequest) => {
    checkOptions(request.query as object, ["days"]);
    const days = countOption(request.query, "days") ?? 30;
    const { name: pipeline } = service.pipeline(request.params.name);
    const since = new Date(Date.now() - Math.min(days, 36_500) * DAY_MS);
    const truth = truthOf(service);
    const rows = await ask(() => truth.labelled({ pipeline, since, limit: MOST_ROWS }));
    return { pipeline, since: since.toISOString(), versions: liveQuality(rows) };
  });
}

async function takeFeedback(service: PredictionService, door: Door, { name }: ServedPipeline, request: FastifyRequest) {
  checkOptions(request.query as object, []);
  const caller = callerOf(request);
  door.gate.enter(caller);
  const truth = truthOf(service);
  const labels = readFeedback(decodeBody(smallBodyOf(request, MOST_BYTES)), name, caller);
  await ask(() => truth.record(labels));
  return { pipeline: name, taken: labels.length };
}

/** @throws SERVE_FEEDBACK_NOT_KEPT */
function truthOf({ truth }: PredictionService): TruthStore {
  if (truth === null) throw errors.FEEDBACK_NOT_KEPT({});
  return truth;
}

/** A database that is away is no failure of ours: the caller comes again. @throws SERVE_TRUTH_UNREACHABLE */
async function ask<Result>(question: () => Promise<Result>): Promise<Result> {
  try {
    return await question();
  } catch (cause) {
    throw errors.TRUTH_UNREACHABLE({ because: cause instanceof Error ? cause.message.replace(/\.$/, "") : String(cause) }, cause);
  }
}
