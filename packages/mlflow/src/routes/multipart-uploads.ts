import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { putArtifact } from "@atalaya/registry";
import { type ObjectReference, type Store, sql, toJson, toText } from "@atalaya/store";
import { errors } from "../errors.js";
import { withTemporary } from "./artifacts.js";

/** What nobody went on with for so long is given up. */
const patience = "24 hours";

interface Part {
  readonly number: number;
  readonly etag: string;
  readonly object: ObjectReference;
}

/**
 * Uploads in parts. Each part is an object of the store, and a row says to which upload it belongs: any process takes
 * parts and puts them together, also after a restart. The address of a part holds a secret, as a signed address of S3 would.
 */
export class MultipartUploads {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async begin(path: string): Promise<string> {
    const { database } = this.#store;
    await sql`delete from atalaya.uploads where touched_at < now() - ${patience}::interval`.execute(database);
    const id = randomBytes(24).toString("hex");
    await sql`insert into atalaya.uploads (id, path) values (${id}, ${toText(path)})`.execute(database);
    return id;
  }

  /** A part that is sent again replaces the one before. @returns the part's etag */
  async receive(id: string, number: number, body: Readable): Promise<string> {
    await this.#find(id);
    const digest = createHash("md5");
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        digest.update(chunk);
        next(null, chunk);
      },
    });
    const object = await withTemporary(async (folder) => {
      const file = join(folder, "part");
      await pipeline(body, hashing, createWriteStream(file));
      return this.#store.objects.put("models", { pipeline: "artifacts", name: "part", extension: "bin" }, { path: file });
    });
    const etag = `"${digest.digest("hex")}"`;
    // An upload that was completed or aborted meanwhile takes no part any more.
    const { numAffectedRows } = await sql`
      with upload as (update atalaya.uploads set touched_at = now() where id = ${id} returning id)
      insert into atalaya.upload_parts (upload, number, etag, object)
      select id, ${number}::integer, ${etag}, ${toJson(object)}::jsonb from upload
      on conflict (upload, number) do update set etag = excluded.etag, object = excluded.object`.execute(this.#store.database);
    if (numAffectedRows === 0n) throw errors.UPLOAD_UNKNOWN({ upload: id });
    return etag;
  }

  /** Puts the parts together in the order of their numbers and gives the whole its path. */
  async complete(id: string, parts: readonly { readonly number: number; readonly etag: string }[]): Promise<void> {
    const path = await this.#find(id);
    const { rows } = await sql<Part>`
      select number, etag, object from atalaya.upload_parts where upload = ${id}`.execute(this.#store.database);
    const known = new Map(rows.map((row) => [row.number, row]));
    const chosen = [...parts]
      .sort((one, other) => one.number - other.number)
      .map(({ number, etag }) => {
        const part = known.get(number);
        if (part === undefined || (etag !== "" && bare(etag) !== bare(part.etag)))
          throw errors.UPLOAD_INCOMPLETE({ upload: id, part: number });
        return part;
      });
    await withTemporary(async (folder) => {
      const [whole, piece] = [join(folder, "whole"), join(folder, "piece")];
      await writeFile(whole, "");
      for (const { object } of chosen) {
        await this.#store.objects.download(object, piece);
        await pipeline(createReadStream(piece, { highWaterMark: 1 << 20 }), createWriteStream(whole, { flags: "a" }));
        await rm(piece);
      }
      await putArtifact(this.#store, path, { path: whole });
    });
    await this.abort(id);
  }

  /** The objects of its parts go with `atalaya gc`, once nothing names them. */
  async abort(id: string): Promise<void> {
    const { numAffectedRows } = await sql`delete from atalaya.uploads where id = ${id}`.execute(this.#store.database);
    if (numAffectedRows === 0n) throw errors.UPLOAD_UNKNOWN({ upload: id });
  }

  async #find(id: string): Promise<string> {
    const { rows } = await sql<{ path: string }>`select path from atalaya.uploads where id = ${id}`.execute(this.#store.database);
    const [found] = rows;
    if (found === undefined) throw errors.UPLOAD_UNKNOWN({ upload: id });
    return found.path;
  }
}

function bare(etag: string): string {
  return etag.replaceAll('"', "");
}
