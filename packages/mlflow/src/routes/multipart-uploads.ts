import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { putArtifact } from "@atalaya/registry";
import type { Store } from "@atalaya/store";
import { errors } from "../errors.js";

interface Upload {
  readonly path: string;
  readonly folder: string;
  readonly etags: Map<number, string>;
  touchedAt: number;
}

const patienceMs = 24 * 3_600_000;

/**
 * Uploads in parts: they lie in a folder of this process until they are put together, so they end with it. The address
 * of a part holds a secret, as a signed address of S3 would.
 */
export class MultipartUploads {
  readonly #uploads = new Map<string, Upload>();

  async begin(path: string): Promise<string> {
    await this.#sweep();
    const id = randomBytes(24).toString("hex");
    const folder = await mkdtemp(join(tmpdir(), "atalaya-parts-"));
    this.#uploads.set(id, { path, folder, etags: new Map(), touchedAt: Date.now() });
    return id;
  }

  /** @returns the part's etag */
  async receive(id: string, part: number, body: Readable): Promise<string> {
    const upload = this.#find(id);
    const digest = createHash("md5");
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        digest.update(chunk);
        next(null, chunk);
      },
    });
    await pipeline(body, hashing, createWriteStream(join(upload.folder, String(part))));
    const etag = `"${digest.digest("hex")}"`;
    upload.etags.set(part, etag);
    upload.touchedAt = Date.now();
    return etag;
  }

  /** Puts the parts together in the order of their numbers and gives the whole its path. */
  async complete(store: Store, id: string, parts: readonly { readonly number: number; readonly etag: string }[]): Promise<void> {
    const upload = this.#find(id);
    const sorted = [...parts].sort((one, other) => one.number - other.number);
    for (const { number, etag } of sorted) {
      const known = upload.etags.get(number);
      if (known === undefined || (etag !== "" && etag.replaceAll('"', "") !== known.replaceAll('"', "")))
        throw errors.UPLOAD_INCOMPLETE({ upload: id, part: number });
    }
    const whole = join(upload.folder, "whole");
    await pipeline(Readable.from(contents(upload.folder, sorted)), createWriteStream(whole));
    await putArtifact(store, upload.path, { path: whole });
    await this.abort(id);
  }

  async abort(id: string): Promise<void> {
    const { folder } = this.#find(id);
    this.#uploads.delete(id);
    await rm(folder, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    for (const id of [...this.#uploads.keys()]) await this.abort(id);
  }

  #find(id: string): Upload {
    const found = this.#uploads.get(id);
    if (found === undefined) throw errors.UPLOAD_UNKNOWN({ upload: id });
    return found;
  }

  /** What nobody went on with for a day is given up. */
  async #sweep(): Promise<void> {
    for (const [id, { touchedAt }] of [...this.#uploads]) if (Date.now() - touchedAt > patienceMs) await this.abort(id);
  }
}

async function* contents(folder: string, parts: readonly { readonly number: number }[]): AsyncIterable<Buffer> {
  for (const { number } of parts) yield* createReadStream(join(folder, String(number)), { highWaterMark: 1 << 20 });
}
