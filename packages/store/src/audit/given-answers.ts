import { type Kysely, sql } from "kysely";
import type { Schema } from "../database/schema.js";

/** What is known of a request by its key: it is now whoever asked's to answer, it has its answer, or someone is at it. */
export type AnswerClaim =
  | { readonly state: "yours" }
  | { readonly state: "answered"; readonly bodyHash: string; readonly answer: Uint8Array }
  | { readonly state: "pending"; readonly bodyHash: string };

/** Answers that processes gave by idempotency key, so that each request is answered once among all of them. */
export interface GivenAnswers {
  /**
   * Takes a key, if nobody has it: one statement, so of several processes one gets it. A claim without an answer lapses
   * after `lapseMs`, an answer after `keepMs`.
   *
   * @param claim  a UUID by which the answer is handed in
   */
  claim(request: { key: string; bodyHash: string; claim: string; lapseMs: number; keepMs: number }): Promise<AnswerClaim>;
  keep(key: string, claim: string, answer: Uint8Array): Promise<void>;
  /** Gives a claim back: there is no answer to keep. */
  release(key: string, claim: string): Promise<void>;
  /** @returns how many were removed */
  removeBefore(time: Date): Promise<number>;
}

export function createGivenAnswers(database: Kysely<Schema>): GivenAnswers {
  return {
    async claim({ key, bodyHash, claim, lapseMs, keepMs }) {
      const taken = await sql`
        insert into atalaya.given_answers as known (key, body_hash, claim) values (${key}, ${bodyHash}, ${claim}::uuid)
        on conflict (key) do update set body_hash = excluded.body_hash, claim = excluded.claim, answer = null, at = now()
        where known.at < now() - ${keepMs} * interval '1 millisecond'
          or (known.answer is null and known.at < now() - ${lapseMs} * interval '1 millisecond')
        returning key`.execute(database);
      if (taken.rows.length > 0) return { state: "yours" };
      const { rows } = await sql<{ bodyHash: string; answer: Buffer | null }>`
        select body_hash, answer from atalaya.given_answers where key = ${key}`.execute(database);
      const [row] = rows;
      // Given back between the two statements: whoever has it next answers.
      if (row === undefined) return { state: "pending", bodyHash };
      const { answer } = row;
      return answer === null
        ? { state: "pending", bodyHash: row.bodyHash }
        : { state: "answered", bodyHash: row.bodyHash, answer };
    },
    async keep(key, claim, answer) {
      await sql`update atalaya.given_answers set answer = ${Buffer.from(answer)} where key = ${key} and claim = ${claim}::uuid`.execute(
        database,
      );
    },
    async release(key, claim) {
      await sql`delete from atalaya.given_answers where key = ${key} and claim = ${claim}::uuid and answer is null`.execute(
        database,
      );
    },
    async removeBefore(time) {
      const { numAffectedRows } = await sql`delete from atalaya.given_answers where at < ${time}`.execute(database);
      return Number(numAffectedRows ?? 0);
    },
  };
}
