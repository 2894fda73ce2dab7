/** An object of a bucket, as a listing names it. */
export interface RemoteObject {
  readonly key: string;
  /** Changes with the content. */
  readonly etag: string;
  readonly bytes: number;
  readonly changedAt: Date;
}

export interface RemoteObjects {
  /** Objects whose key is the prefix or lies below it, by key. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<RemoteObject>;
  /** Writes an object to a file; its SHA-256, or null when it is no longer the one that was listed. */
  download(object: RemoteObject, path: string, signal: AbortSignal): Promise<string | null>;
  /** SHA-256 of an object that this process downloaded before; null: it did not. */
  known(object: RemoteObject): string | null;
}

export interface RemoteRowsMark {
  readonly watermark: string;
  readonly key: readonly string[];
}

export interface RemoteRowsQuery {
  readonly query: string;
  readonly watermark: string;
  readonly key: readonly string[];
  /** null: from the beginning. */
  readonly after: RemoteRowsMark | null;
  readonly most: number;
  readonly lateByMs: number;
}

export interface RemoteRowsPage {
  readonly rows: number;
  /** Of the last row; null: there is none. */
  readonly mark: RemoteRowsMark | null;
  readonly isLast: boolean;
  /** From the beginning only: rows without watermark or key. */
  readonly withoutMark: number;
  /** Since when rows wait for a transaction that is open for long; null: for none. */
  readonly heldBackSince: string | null;
}

/** What reaches buckets and databases: a port, because only the platform's store knows their clients. */
export interface RemotePlaces {
  bucket(address: string): Promise<RemoteObjects>;
  /** Writes the next rows of a query to a file, as CSV. */
  rows(address: string, query: RemoteRowsQuery, path: string, signal: AbortSignal): Promise<RemoteRowsPage>;
}
