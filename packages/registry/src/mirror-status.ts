import { type Store, sql } from "@atalaya/store";

/** How the mirror does. */
export interface MirrorStatus {
  /** Without user and password. */
  readonly url: string;
  /** Changes that wait. */
  readonly waiting: number;
  /** Changes that the other side will not take; `lastRefusal` says why the last of them was refused. */
  readonly givenUp: number;
  readonly lastRefusal: string | null;
  /** Age of the oldest change that waits; 0 when none does. */
  readonly lagSeconds: number;
  /** Attempts that failed since the last one that did not, and why. */
  readonly failures: number;
  readonly failure: string | null;
  readonly succeededAt: Date | null;
}

/** Null: this database is not mirrored. Cost: one range of an index. */
export async function mirrorStatus({ database }: Pick<Store, "database">): Promise<MirrorStatus | null> {
  const { rows } = await sql<Omit<MirrorStatus, "url"> & { url: string | null }>`
    select mirror.url, mirror.failures, mirror.failure, mirror.succeeded_at,
      coalesce(box.waiting, 0) as waiting, coalesce(box.given_up, 0) as given_up, box.last_refusal,
      coalesce(extract(epoch from now() - box.oldest), 0)::double precision as lag_seconds
    from atalaya.mirror left join lateral (
      select count(*) filter (where next_at < 'infinity') as waiting, count(*) filter (where next_at = 'infinity') as given_up,
        min(created_at) filter (where next_at < 'infinity') as oldest,
        (array_agg(failure order by id desc) filter (where next_at = 'infinity'))[1] as last_refusal
      from atalaya.outbox where target = 'mirror' and delivered_at is null
    ) as box on true`.execute(database);
  const [found] = rows;
  return found === undefined || found.url === null ? null : { ...found, url: found.url };
}
