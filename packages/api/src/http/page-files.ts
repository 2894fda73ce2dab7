import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";

/** A file of the page, in memory: the page is small, and a name that is not in the list leads nowhere. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  /** Compressed when the page was built; null: it was not, or would not become smaller. */
  readonly brotli: Buffer | null;
  /** null: it would not become smaller. Compressed when somebody asks first, which few do: browsers take the other. */
  readonly gzipped: () => Buffer | null;
  readonly tag: string;
  /** True: its name holds its content's hash, so it never changes. */
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};

/** Reads the built page; by address (`/index.html`, `/assets/…`). Empty when the folder does not exist. */
export function readPage(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  const paths = filesBelow(folder);
  const known = new Set(paths);
  for (const path of paths) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const body = readFileSync(path);
    const address = `/${relative(folder, path).split(sep).join("/")}`;
    files.set(address, {
      type,
      body,
      brotli: known.has(`${path}.br`) ? readFileSync(`${path}.br`) : null,
      gzipped: once(() => smaller(gzipSync(body, { level: 9 }), body)),
      tag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
      immutable: address.startsWith("/assets/"),
    });
  }
  return files;
}

function smaller(compressed: Buffer, body: Buffer): Buffer | null {
  return compressed.length < body.length ? compressed : null;
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
