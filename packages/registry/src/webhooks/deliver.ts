import { createHmac } from "node:crypto";
import { type Json, type Store, sql } from "@atalaya/store";

export interface DeliveryOptions {
  /** Told when an event could not be delivered for good. */
  readonly onGivenUp?: (url: string, because: string) => void;
  /** Time between looks at the outbox, for when notifications do not come and for repetitions. */
  readonly pollMs?: number;
  /** First wait before a repetition; it doubles with each. */
  readonly firstPauseMs?: number;
}

const mostAttempts = 12;
const longestPauseMs = 3_600_000;
const timeoutMs = 10_000;
const batch = 20;

interface Claimed {
  readonly id: number;
  readonly event: Json;
  readonly attempts: number;
  readonly url: string;
  readonly secret: string;
}

/**
 * Sends what is in the outbox to the webhooks, as CloudEvents with a signature, until it is ended. Any number of processes
 * may do so at once. An event is sent at least once: whoever takes it knows it again by its id.
 *
 * @returns ends it; what is being sent is sent to its end
 * @see CloudEvents 1.0, structured mode; Standard Webhooks 1.0 for the signature
 */
export async function deliverWebhooks(store: Store, options: DeliveryOptions = {}): Promise<{ close(): Promise<void> }> {
  const { pollMs = 5_000 } = options;
  let working: Promise<void> | null = null;
  let isWanted = false;
  let isClosed = false;
  const work = async () => {
    do {
      isWanted = false;
      // A database that is away is there again at the next look.
      while (!isClosed && (await sendSome(store, options).catch(() => 0)) === batch);
    } while (isWanted && !isClosed);
  };
  const look = () => {
    isWanted = true;
    working ??= work().finally(() => {
      working = null;
    });
  };
  const endListening = await store.listen("atalaya_outbox", look);
  const timer = setInterval(look, pollMs);
  timer.unref();
  look();
  return {
    close: async () => {
      isClosed = true;
      clearInterval(timer);
      endListening();
      await working;
    },
  };
}

/** Claims due events for the time of one attempt, sends them and writes down what came of it. */
async function sendSome({ database }: Store, options: DeliveryOptions): Promise<number> {
  const { rows } = await sql<Claimed>`
    update atalaya.outbox as o set attempts = attempts + 1, next_at = now() + interval '1 minute'
    from atalaya.webhooks as w
    where w.id = o.target and o.id in (
      select id from atalaya.outbox where delivered_at is null and next_at <= now() and target in (select id from atalaya.webhooks)
      order by id limit ${batch} for update skip locked)
    returning o.id, o.event, o.attempts, w.url, w.secret`.execute(database);
  const inOrder = [...rows].sort((one, other) => one.id - other.id);
  await Promise.all(
    inOrder.map(async (claimed) => {
      const failure = await send(claimed);
      if (failure === null) {
        await sql`update atalaya.outbox set delivered_at = now(), failure = null where id = ${claimed.id}`.execute(database);
        return;
      }
      const isLast = claimed.attempts >= mostAttempts;
      if (isLast) options.onGivenUp?.(claimed.url, failure);
      const pauseMs = Math.min((options.firstPauseMs ?? 5_000) * 2 ** (claimed.attempts - 1), longestPauseMs);
      const next = isLast ? sql`'infinity'` : sql`now() + ${pauseMs}::double precision * interval '1 millisecond'`;
      await sql`update atalaya.outbox set failure = ${failure}, next_at = ${next} where id = ${claimed.id}`.execute(database);
    }),
  );
  return rows.length;
}

/** @returns why it failed; null when it was taken */
async function send({ event, url, secret }: Claimed): Promise<string | null> {
  const body = JSON.stringify(event);
  const id = String((event as { id?: Json }).id ?? "");
  const timestamp = String(Math.floor(Date.now() / 1000));
  try {
    const answer = await fetch(url, {
      method: "POST",
      body,
      // Whoever answers with another address could send the event anywhere.
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(secret, id, timestamp, body),
      },
    });
    await answer.body?.cancel();
    return answer.ok ? null : `it answered ${answer.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** HMAC-SHA256 of `id.timestamp.body` with the secret, as Standard Webhooks has it. */
function signature(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}
