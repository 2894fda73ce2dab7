import type { Server } from "node:http";

/** How requests of one stretch of time ended. */
export interface RequestCounts {
  /** Answered as asked. */
  readonly answered: number;
  /** Refused: the request was wrong, or too much (4xx). */
  readonly refused: number;
  /** Not answered although the request was right (5xx). */
  readonly failed: number;
}

/** Requests for predictions by minute, kept in memory by the process that answers them. */
export interface RequestLog {
  /** When counting began. */
  readonly since: number;
  count(pipeline: string, status: number, at?: number): void;
  /** Sums over equal stretches from a moment on, in milliseconds since 1970. */
  buckets(pipeline: string, start: number, bucketMs: number, count: number): RequestCounts[];
}

interface MutableCounts {
  answered: number;
  refused: number;
  failed: number;
}

const MINUTE_MS = 60_000;
/** A month of minutes in which something was asked. */
const MOST_MINUTES = 31 * 24 * 60;

/** @param pipelines  names of others are not counted: an address is a caller's text */
export function createRequestLog(pipelines: readonly string[], now = Date.now()): RequestLog {
  const byPipeline = new Map(pipelines.map((name) => [name, new Map<number, MutableCounts>()]));
  return {
    since: now,
    count: (pipeline, status, at = Date.now()) => {
      const minutes = byPipeline.get(pipeline);
      if (minutes === undefined) return;
      const minute = Math.floor(at / MINUTE_MS);
      let counts = minutes.get(minute);
      if (counts === undefined) {
        counts = { answered: 0, refused: 0, failed: 0 };
        minutes.set(minute, counts);
        forgetOldest(minutes);
      }
      if (status >= 500) counts.failed++;
      else if (status >= 400) counts.refused++;
      else counts.answered++;
    },
    buckets: (pipeline, start, bucketMs, count) => {
      const sums = Array.from({ length: count }, (): MutableCounts => ({ answered: 0, refused: 0, failed: 0 }));
      for (const [minute, counts] of byPipeline.get(pipeline) ?? []) {
        const bucket = sums[Math.min(count - 1, Math.floor((minute * MINUTE_MS + MINUTE_MS / 2 - start) / bucketMs))];
        if (bucket === undefined) continue;
        bucket.answered += counts.answered;
        bucket.refused += counts.refused;
        bucket.failed += counts.failed;
      }
      return sums;
    },
  };
}

function forgetOldest(minutes: Map<number, unknown>): void {
  for (const oldest of minutes.keys()) {
    if (minutes.size <= MOST_MINUTES) return;
    minutes.delete(oldest);
  }
}

const ADDRESS = "/v1/pipelines/";
const KINDS = new Set(["predict", "explain"]);

/** Counts what a server answers to `POST /v1/pipelines/<name>/predict` and `explain`, whoever registered the route. */
export function countRequests(server: Server, log: RequestLog): void {
  server.on("request", (request, response) => {
    const { url = "" } = request;
    if (!url.startsWith(ADDRESS)) return;
    const end = url.indexOf("/", ADDRESS.length);
    if (end < 0 || !KINDS.has(url.slice(end + 1).split("?", 1)[0] ?? "")) return;
    const pipeline = url.slice(ADDRESS.length, end);
    response.once("finish", () => log.count(pipeline, response.statusCode));
  });
}
