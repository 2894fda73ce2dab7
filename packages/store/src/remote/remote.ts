import type { S3Settings } from "@atalaya/settings";
import { parseBucketAddress, type RemoteBucket } from "./bucket-address.js";
import { type RowPage, type RowQuery, readPage } from "./rows.js";

/** Buckets and databases of others, from which batches come. Nothing is written there. */
export interface Remote {
  /** A bucket by its address; the same address gives the same bucket. @throws STORE_REMOTE_ADDRESS */
  bucket(address: string): Promise<RemoteBucket>;
  /**
   * Writes the next rows of a query to a file, as CSV.
   *
   * @throws STORE_REMOTE_ADDRESS, STORE_REMOTE_UNREACHABLE, STORE_REMOTE_REFUSED, STORE_REMOTE_COLUMN, STORE_REMOTE_KEY
   */
  rows(address: string, query: RowQuery, path: string, signal: AbortSignal): Promise<RowPage>;
  close(): void;
}

/** @param s3 server and keys of addresses that do not name them; null: there are none */
export function createRemote(s3: S3Settings | null, sessionName: string): Remote {
  const buckets = new Map<string, RemoteBucket>();
  return {
    async bucket(address) {
      const known = buckets.get(address);
      if (known !== undefined) return known;
      const place = parseBucketAddress(address, s3);
      // The client takes a third of a second to load, which nobody without a bucket need wait for.
      const { openBucket } = await import("./bucket.js");
      const bucket = buckets.get(address) ?? openBucket(place);
      buckets.set(address, bucket);
      return bucket;
    },
    rows: (address, query, path, signal) => readPage(address, sessionName, query, path, signal),
    close: () => {
      for (const bucket of buckets.values()) bucket.close();
      buckets.clear();
    },
  };
}
