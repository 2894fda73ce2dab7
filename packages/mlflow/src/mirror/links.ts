import { type Store, sql, toJson } from "@atalaya/store";

/** What a thing of ours is on the other side. */
export interface RemoteRun {
  readonly id: string;
  readonly artifactUri: string;
}

/** Remembers what became of what, for one server. A link that is lost is found again by the tag on the other side. */
export class Links {
  readonly #database: Store["database"];
  readonly #url: string;

  constructor(database: Store["database"], url: string) {
    this.#database = database;
    this.#url = url;
  }

  run(id: string): Promise<RemoteRun | null> {
    return this.#find<RemoteRun>("run", id);
  }

  experiment(id: number): Promise<string | null> {
    return this.#find<string>("experiment", String(id));
  }

  version(subject: string): Promise<string | null> {
    return this.#find<string>("version", subject);
  }

  async keep(kind: "run" | "experiment" | "version", local: string, remote: RemoteRun | string): Promise<void> {
    await sql`insert into atalaya.mirror_links (url, kind, local, remote)
      values (${this.#url}, ${kind}, ${local}, ${toJson(remote)}::jsonb)
      on conflict (url, kind, local) do update set remote = excluded.remote`.execute(this.#database);
  }

  async forget(kind: "run" | "experiment" | "version", local: string): Promise<void> {
    await sql`delete from atalaya.mirror_links where url = ${this.#url} and kind = ${kind} and local = ${local}`.execute(
      this.#database,
    );
  }

  /** The versions of a model follow it to its new name. */
  async rename(from: string, to: string): Promise<void> {
    await sql`update atalaya.mirror_links set local = ${`${to}/`} || substr(local, ${from.length + 2})
      where url = ${this.#url} and kind = 'version' and starts_with(local, ${`${from}/`})`.execute(this.#database);
  }

  async #find<Remote>(kind: string, local: string): Promise<Remote | null> {
    const { rows } = await sql<{ remote: Remote }>`select remote from atalaya.mirror_links
      where url = ${this.#url} and kind = ${kind} and local = ${local}`.execute(this.#database);
    return rows[0]?.remote ?? null;
  }
}
