import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Artifact, type ListedArtifact, putArtifact } from "@atalaya/registry";
import type { Store } from "@atalaya/store";
import type { FastifyReply } from "fastify";
import { mediaTypeOf } from "../protocol/media-types.js";

/** Up to this size a file is held in memory instead of going through the disk. */
const smallBytes = 4 * 1024 * 1024;

/** Files right below a folder, as the protocol lists them: paths relative to the folder, or to `root` when it is given. */
export function listingJson(listed: readonly ListedArtifact[], below = "") {
  const files = listed.map(({ name, bytes }) => ({
    path: below === "" ? name : `${below}/${name}`,
    is_dir: bytes === null,
    // MLflow tells no size of an empty file.
    ...(bytes === null || bytes === 0 ? {} : { file_size: bytes }),
  }));
  return files.length === 0 ? {} : { files };
}

/**
 * Takes a body as it streams in. A sender that goes away leaves nothing: the row that gives the bytes their path is
 * written when all of them are here.
 */
export async function receiveArtifact(store: Store, path: string, body: Readable, announced: number | null): Promise<void> {
  if (announced !== null && announced <= smallBytes) {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    await putArtifact(store, path, Buffer.concat(chunks));
    return;
  }
  await withTemporary(async (folder) => {
    const file = join(folder, "upload");
    await pipeline(body, createWriteStream(file));
    await putArtifact(store, path, { path: file });
  });
}

export async function withTemporary<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "atalaya-artifact-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** One range of bytes; null: all of them, "unsatisfiable": none of them is there. */
export function rangeOf(header: string | undefined, bytes: number): Range | null | "unsatisfiable" {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return null;
  const [, first = "", last = ""] = match;
  const from = first === "" ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === "" || last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1);
  return from > to || from >= bytes ? "unsatisfiable" : { from, to };
}

/** Answers with a file or a range of it, whose hash was compared before the first byte goes out. */
export async function sendArtifact(
  store: Store,
  artifact: Artifact,
  request: { readonly range: string | undefined; readonly download: boolean },
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { object, bytes, path } = artifact;
  const name = basename(path);
  reply.header("content-type", mediaTypeOf(name)).header("accept-ranges", "bytes").header("x-content-type-options", "nosniff");
  if (request.download) reply.header("content-disposition", disposition(name));
  const range = rangeOf(request.range, bytes);
  if (range === "unsatisfiable") return reply.code(416).header("content-range", `bytes */${bytes}`).send();
  if (range !== null) reply.code(206).header("content-range", `bytes ${range.from}-${range.to}/${bytes}`);
  const { from, to } = range ?? { from: 0, to: bytes - 1 };
  if (bytes <= smallBytes) return reply.send(Buffer.from(await store.objects.get(object)).subarray(from, to + 1));
  const folder = await mkdtemp(join(tmpdir(), "atalaya-artifact-"));
  try {
    const file = join(folder, "download");
    await store.objects.download(object, file);
    const handle = await open(file);
    // The open file stays readable; the folder need not outlive this line.
    await rm(folder, { recursive: true, force: true });
    reply.header("content-length", to - from + 1);
    return reply.send(createReadStream("", { fd: handle, start: from, end: to, highWaterMark: 1 << 20 }));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function disposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}
