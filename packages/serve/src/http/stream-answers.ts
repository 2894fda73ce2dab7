import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { isAtalayaError } from "@atalaya/errors";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type AnswerText, scoreRequest } from "../answers/score-request.js";
import { errors } from "../errors.js";
import { csvCell, parseCsv } from "../forms/cells.js";
import { csvColumns } from "../forms/lines.js";
import { RecordSplitter } from "../forms/record-splitter.js";
import type { ServedModel } from "../models/served-model.js";
import type { ServedPipeline } from "../models/served-pipeline.js";
import { textOf } from "../rows/decode-body.js";
import type { AnswerOptions } from "../rows/request-rows.js";
import type { PredictionService } from "../service.js";
import { callerOf, continueTrace } from "./caller.js";
import type { Door } from "./door.js";

/** Rows are scored so many bytes at a time. */
const PART_BYTES = 128 * 1024;
/** Parts that are scored at once; their answers leave in the order of the rows. */
const PARTS_AT_ONCE = 4;
const MOST_STREAMS = 32;
/** Rows in the log's queue from which a stream waits, rather than lose some of its rows. */
const MOST_LOGGED_ROWS = 50_000;

interface StreamRequest {
  readonly pipeline: ServedPipeline;
  readonly options: AnswerOptions;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/**
 * Answers a stream of rows, newline-delimited JSON or CSV, while it comes in, all of it with one version of the model. It reads
 * no faster than its answers are taken, so memory stays the same for any length.
 */
export function streamAnswers(service: PredictionService, door: Door, stream: StreamRequest): FastifyReply {
  const { pipeline, request, reply, options } = stream;
  const caller = callerOf(request);
  door.gate.enter(caller);
  if (request.headers["content-encoding"] !== undefined) {
    throw errors.CONTENT_ENCODING({ received: request.headers["content-encoding"].slice(0, 100) });
  }
  if (door.streams >= MOST_STREAMS) throw errors.OVERLOADED({ what: "streams are answered", waiting: door.streams });
  const isCsv = isCsvType(request.headers["content-type"] ?? "");
  if (isCsv && options.explain) {
    throw errors.BAD_OPTION({ option: "explain", expected: "left out for CSV", received: "given" });
  }
  const model = pipeline.ready();
  const trace = continueTrace(request, reply);
  const score = (body: Uint8Array, columns?: readonly string[]): AnswerText | Promise<AnswerText> =>
    scoreRequest(service, {
      pipeline,
      model,
      form: isCsv ? "csvLines" : "lines",
      body,
      options,
      caller,
      trace,
      elapsedMs: () => reply.elapsedTime,
      ...(columns === undefined ? {} : { columns }),
    });
  const source = chunksOf(request.body as Readable, door.limits.arrivalMs);
  const parts = isCsv ? csvParts(source, model, score) : jsonParts(source, score);
  door.streams++;
  const answers = Readable.from(inOrder(service, parts), { objectMode: false, highWaterMark: PART_BYTES });
  answers.once("close", () => {
    door.streams--;
    // The rest of what is sent belongs to nobody.
    if (!request.raw.readableEnded) request.raw.destroy();
  });
  reply.header("x-model-version", String(model.version));
  return reply.header("content-type", isCsv ? "text/csv; charset=utf-8" : "application/x-ndjson").send(answers);
}

export function isCsvType(contentType: string): boolean {
  return /^text\/csv\b/i.test(contentType);
}

type Scored = AnswerText | Promise<AnswerText>;

/** Chunks as they come; a sender that pauses for too long is given up. */
async function* chunksOf(payload: Readable, pauseMs: number): AsyncGenerator<Uint8Array> {
  const giveUp = () => payload.destroy(errors.BODY_TOO_SLOW({ limitMs: pauseMs }));
  let timer = setTimeout(giveUp, pauseMs);
  try {
    for await (const chunk of payload) {
      clearTimeout(timer);
      yield chunk as Uint8Array;
      timer = setTimeout(giveUp, pauseMs);
    }
  } finally {
    clearTimeout(timer);
  }
}

async function* jsonParts(source: AsyncIterable<Uint8Array>, score: (body: Uint8Array) => Scored): AsyncGenerator<Scored> {
  for await (const part of partsOf(source, "lines")) yield score(part);
}

async function* csvParts(
  source: AsyncIterable<Uint8Array>,
  model: ServedModel,
  score: (body: Uint8Array, columns: readonly string[]) => Scored,
): AsyncGenerator<Scored> {
  let columns: readonly string[] | null = null;
  for await (const part of partsOf(source, "csv")) {
    if (columns !== null) {
      yield score(part, columns);
      continue;
    }
    const [head = [], ...others] = parseCsv(textOf(part).replace(/^\uFEFF/, ""));
    columns = head;
    yield `${csvColumns(model.scoring).map(csvCell).join(",")}\n`;
    const rest = others.map((cells) => cells.map(csvCell).join(",")).join("\n");
    if (rest !== "") yield score(Buffer.from(`${rest}\n`), columns);
  }
}

/** Whole records. @throws SERVE_BODY_TOO_LARGE for a record without an end */
async function* partsOf(source: AsyncIterable<Uint8Array>, kind: "lines" | "csv"): AsyncGenerator<Uint8Array> {
  const splitter = new RecordSplitter(kind, PART_BYTES);
  const longest = PART_BYTES * 16;
  for await (const chunk of source) {
    const part = splitter.push(chunk, true);
    if (part !== null) yield part;
    if (splitter.heldBytes > longest) throw errors.BODY_TOO_LARGE({ limitBytes: longest });
  }
  if (splitter.heldBytes > 0) yield splitter.rest();
}

/** Several parts are scored at once, and leave in their order. What goes wrong in the middle is told in the last line. */
async function* inOrder(service: PredictionService, parts: AsyncGenerator<Scored>): AsyncGenerator<AnswerText> {
  const begun: Promise<AnswerText>[] = [];
  try {
    for await (const scored of parts) {
      const answer = Promise.resolve(scored);
      answer.catch(() => undefined);
      begun.push(answer);
      if (begun.length >= PARTS_AT_ONCE) yield await begun.shift()!;
      while ((service.log?.queuedRows ?? 0) > MOST_LOGGED_ROWS) await sleep(20);
    }
    while (begun.length > 0) yield await begun.shift()!;
  } catch (error) {
    if (!isAtalayaError(error)) throw error;
    yield `${JSON.stringify({ problem: { code: error.code, detail: error.message } })}\n`;
  }
}
