import type { S3Settings } from "@atalaya/settings";
import { errors } from "../errors.js";

/** An object as a listing names it. */
export interface BucketObject {
  readonly key: string;
  /** Changes with the content. */
  readonly etag: string;
  readonly bytes: number;
  readonly changedAt: Date;
}

/** A bucket that is only read. */
export interface RemoteBucket {
  /** Objects whose key is the prefix or lies below it (`prefix/…`), by key; an empty prefix: all. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<BucketObject>;
  /**
   * Writes an object to a file; its SHA-256 in hexadecimal, or null when it is no longer the one that was listed.
   *
   * @throws STORE_REMOTE_UNREACHABLE, STORE_REMOTE_REFUSED
   */
  download(object: BucketObject, path: string, signal: AbortSignal): Promise<string | null>;
  /** SHA-256 of an object that this process downloaded before; null: it did not. */
  known(object: BucketObject): string | null;
  close(): void;
}

export interface BucketPlace {
  /** What messages call it: never with keys. */
  readonly shown: string;
  readonly bucket: string;
  /** null: the server of AWS for the region. */
  readonly endpoint: string | null;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/**
 * Bucket, server and keys of `s3://[key:secret@]bucket[/prefix][?endpoint=https://…&region=…]`. What it does not name is taken
 * from the object store's settings.
 *
 * @throws STORE_REMOTE_ADDRESS; the message never holds keys
 */
export function parseBucketAddress(address: string, s3: S3Settings | null): BucketPlace {
  if (!URL.canParse(address)) throw errors.REMOTE_ADDRESS({ because: "it is no URL" });
  const url = new URL(address);
  if (url.protocol !== "s3:" || url.hostname === "") throw errors.REMOTE_ADDRESS({ because: "it names no bucket" });
  const endpoint = url.searchParams.get("endpoint");
  if (endpoint !== null && !/^https?:\/\/./.test(endpoint)) {
    throw errors.REMOTE_ADDRESS({ because: "its endpoint does not begin with http:// or https://" });
  }
  const region = url.searchParams.get("region");
  // Keys of our own store are for our own server: another one is never sent them.
  const own = endpoint === null || endpoint === s3?.endpoint ? s3 : null;
  const accessKey = url.username === "" ? own?.accessKey : decodeURIComponent(url.username);
  const secretKey = url.username === "" ? own?.secretKey : decodeURIComponent(url.password);
  if (accessKey === undefined || secretKey === undefined) throw errors.REMOTE_ADDRESS({ because: "there are no keys for it" });
  return {
    shown: `s3://${url.hostname}`,
    bucket: url.hostname,
    endpoint: endpoint ?? s3?.endpoint ?? null,
    region: region ?? s3?.region ?? "us-east-1",
    accessKey,
    secretKey,
  };
}
