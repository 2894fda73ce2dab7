import { createHash } from "node:crypto";
import type { SourceDefinition } from "@atalaya/define";
import { errors } from "../errors.js";
import { requestUrl, sourceIdentity, withoutCredentials } from "./address.js";
import { type AnswerMeaning, meaningOf } from "./answer.js";
import { AttemptFailed, fetchBody, type HttpAnswer } from "./fetch-body.js";
import { openPlace } from "./place.js";
import { type HttpLimits, type RawBatch, type SourceClock, type SourceContext, systemClock } from "./raw-batch.js";

const LIMITS: HttpLimits = {
  answerMs: 30_000,
  idleMs: 15_000,
  totalMs: 300_000,
  mostBytes: 256 << 20,
  attempts: 6,
  backoffMs: 250,
  mostBackoffMs: 30_000,
};

/** So many answers in a row that this run has seen already: the source goes round in circles. */
const MOST_REPEATS = 3;

interface Taken {
  readonly answer: HttpAnswer;
  readonly meaning: Exclude<AnswerMeaning, { kind: "again" }>;
}

/** Asks until an answer can be used. Half of the wait is fixed, half is chance, so that clients do not come back together. */
async function ask(url: URL, taken: number, limits: HttpLimits, clock: SourceClock, context: SourceContext): Promise<Taken> {
  const shown = withoutCredentials(url);
  let because = "";
  for (let attempt = 1; attempt <= limits.attempts; attempt++) {
    let asked: number | null = null;
    try {
      const answer = await fetchBody(url, limits, context.signal, () => clock.now());
      const meaning = meaningOf(shown, answer, taken);
      if (meaning.kind !== "again") return { answer, meaning };
      because = meaning.because;
      asked = answer.retryAfterMs;
    } catch (error) {
      if (!(error instanceof AttemptFailed)) throw error;
      because = error.message;
    }
    if (attempt === limits.attempts) break;
    const backoff = Math.min(limits.mostBackoffMs, limits.backoffMs * 2 ** (attempt - 1));
    const wait = Math.min(limits.mostBackoffMs, Math.max(asked ?? 0, backoff * (0.5 + clock.random() / 2)));
    context.onNote?.(`${shown}: ${because}; attempt ${attempt + 1} of ${limits.attempts} follows`);
    await clock.sleep(wait, context.signal);
    context.signal.throwIfAborted();
  }
  throw errors.SOURCE_UNREACHABLE({ url: shown, attempts: limits.attempts, because });
}

/**
 * Batches of an HTTP API that answers another subset on each request, until it says that there is no more (see `meaningOf`)
 * or gives three answers in a row that it gave in this run already. Batches of an earlier run are skipped and do not count:
 * a source that begins anew after a crash has new ones behind them.
 *
 * An answer that did not arrive whole is asked for again. An API that counts it as given anyway has lost it for us: only the
 * API can repeat it. A source with `page` or `cursor` loses nothing: each request says what it wants.
 *
 * @throws INGEST_SOURCE_UNREACHABLE (retryable), INGEST_SOURCE_REFUSED, INGEST_SOURCE_TOO_LARGE, INGEST_SOURCE_ADDRESS
 */
export async function* httpBatches(
  source: Extract<SourceDefinition, { kind: "httpBatches" }>,
  context: SourceContext,
): AsyncGenerator<RawBatch> {
  const address = context.address(source.url.setting);
  const url = requestUrl(source, address);
  const shown = withoutCredentials(url);
  const identity = sourceIdentity(source, address);
  const limits = { ...LIMITS, ...context.limits };
  const clock = context.clock ?? systemClock;
  const place = openPlace(source, context.after ?? null);
  const answered = new Set<string>();
  for (let [requests, taken, repeats] = [1, 0, 0]; ; requests++) {
    const { answer, meaning } = await ask(place.urlOf(url), requests - 1, limits, clock, context);
    if (meaning.kind === "refused") throw errors.SOURCE_REFUSED({ url: shown, status: answer.status, because: meaning.because });
    if (meaning.kind === "end") {
      context.onNote?.(`${shown}: no more data (${meaning.because})`);
      return;
    }
    const sha256 = createHash("sha256").update(answer.body).digest("hex");
    const cursor = place.cursorOf(meaning, taken);
    const isAnother = place.isAnother(meaning);
    const isRepeat = answered.has(sha256) || isAnother;
    repeats = isRepeat ? repeats + 1 : 0;
    if (!isRepeat) taken++;
    if (!isAnother) answered.add(sha256);
    if (repeats === MOST_REPEATS) {
      context.onNote?.(`${shown}: ${MOST_REPEATS} answers in a row were given before: nothing new`);
      return;
    }
    if (isAnother) context.onNote?.(`${shown}: it answered batch ${meaning.cursor} when asked for batch ${cursor}; asked again`);
    else if (isRepeat || (await context.known(sha256))) context.onNote?.(`${shown}: batch ${cursor} was taken before, skipped`);
    else yield batchOf({ identity, shown, cursor, sha256, answer, format: meaning.format, receivedAt: clock.now() });
    if (!isAnother && !place.advance(meaning)) return;
  }
}

function batchOf(batch: {
  identity: string;
  shown: string;
  cursor: string;
  sha256: string;
  answer: HttpAnswer;
  format: RawBatch["format"];
  receivedAt: Date;
}): RawBatch {
  const { identity: source, cursor, sha256, answer, format, receivedAt } = batch;
  return {
    identity: `${source}#${cursor}#${sha256}`,
    source,
    cursor,
    sha256,
    name: `batch ${cursor} of ${batch.shown}`,
    bytes: answer.body,
    format,
    ...(answer.mediaType === null ? {} : { mediaType: answer.mediaType }),
    receivedAt,
  };
}
