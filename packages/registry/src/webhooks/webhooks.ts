import { randomBytes, randomUUID } from "node:crypto";
import { type Store, sql } from "@atalaya/store";
import { errors } from "../errors.js";

export const webhookEvents = ["version.registered", "alias.moved", "run.ended"] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/** Whom events are sent to. The secret signs them; it is shown once. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly createdAt: Date;
  /** Events that wait, or that were given up. */
  readonly waiting: number;
  readonly givenUp: number;
}

type Database = Store["database"];

/**
 * @returns id and secret of the new webhook
 * @throws REGISTRY_WEBHOOK_INVALID
 */
export async function addWebhook(
  database: Database,
  { url, events }: { readonly url: string; readonly events: readonly WebhookEvent[] },
): Promise<{ readonly id: string; readonly secret: string }> {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address === null || !/^https?:$/.test(address.protocol) || address.username !== "" || address.password !== "")
    throw errors.WEBHOOK_INVALID({ url });
  const id = randomUUID();
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  await sql`insert into atalaya.webhooks (id, url, secret, events) values (${id}, ${address.href}, ${secret}, ${events})`.execute(
    database,
  );
  return { id, secret };
}

export async function listWebhooks(database: Database): Promise<readonly Webhook[]> {
  const { rows } = await sql<Webhook>`
    select w.id, w.url, w.events, w.created_at,
      count(o.id) filter (where o.delivered_at is null and o.next_at < 'infinity') as waiting,
      count(o.id) filter (where o.next_at = 'infinity') as given_up
    from atalaya.webhooks as w left join atalaya.outbox as o on o.target = w.id
    group by w.id order by w.created_at`.execute(database);
  return rows;
}

/** Removes a webhook with what waits for it. @throws REGISTRY_WEBHOOK_UNKNOWN */
export async function removeWebhook(database: Database, id: string): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const { numAffectedRows } = await sql`delete from atalaya.webhooks where id = ${id}`.execute(transaction);
    if (numAffectedRows === 0n) throw errors.WEBHOOK_UNKNOWN({ webhook: id });
    await sql`delete from atalaya.outbox where target = ${id} and delivered_at is null`.execute(transaction);
  });
}
