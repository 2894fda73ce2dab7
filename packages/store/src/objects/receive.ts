import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { errors } from "../errors.js";
import { hashingStream } from "./content-hash.js";
import type { ObjectReference } from "./object-store.js";

/** Writes a stream beside the path, checks it and gives it its name. */
export async function receive(open: () => Readable | Promise<Readable>, reference: ObjectReference, path: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const hashing = hashingStream();
    // Opened only here: a stream that fails before somebody listens ends the process.
    await pipeline(await open(), hashing, createWriteStream(temporary, { flags: "wx" }));
    const { sha256 } = hashing.facts();
    if (sha256 !== reference.sha256)
      throw errors.OBJECT_CORRUPT({ object: reference.key, expected: reference.sha256, found: sha256 });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
