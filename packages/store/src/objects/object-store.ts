import type { Zone } from "@atalaya/settings";

export type { Zone };

/** An immutable object: where it is and what its bytes must be. Plain data, so steps and rows can carry it. */
export interface ObjectReference {
  readonly zone: Zone;
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What makes the readable part of a key; the hash of the content is added to it. */
export interface ObjectName {
  readonly pipeline: string;
  /** Format of the content, such as `parquet` or `csv.gz`. */
  readonly extension: string;
  /** Time that means something (a batch arrived): it becomes the key's path. Such an object is found again by content alone. */
  readonly at?: Date;
  /** Name of an object without a time. */
  readonly name?: string;
}

/** Bytes in memory, or a file that is read as a stream. */
export type ObjectContent = Uint8Array | { readonly path: string };

/**
 * Write-once objects named by their content. An object is never overwritten; every read compares the SHA-256.
 * Any number of processes may write the same content at once: all get the same reference.
 */
export interface ObjectStore {
  /** Where objects lie, for people: a directory or an address. */
  readonly location: string;
  /**
   * Keeps the content; the same content again gives the reference of the first.
   *
   * @throws STORE_OBJECT_NAME_INVALID, STORE_OBJECT_STORE_FAILED, STORE_OBJECT_DISK_FULL, STORE_HOME_NOT_WRITABLE
   */
  put(zone: Zone, name: ObjectName, content: ObjectContent): Promise<ObjectReference>;
  /** @throws STORE_OBJECT_MISSING, STORE_OBJECT_CORRUPT, STORE_OBJECT_STORE_FAILED */
  get(reference: ObjectReference): Promise<Uint8Array>;
  /**
   * Writes the object to a file as a stream; the file appears (or is replaced) when it is whole and checked.
   *
   * @throws STORE_OBJECT_MISSING, STORE_OBJECT_CORRUPT, STORE_OBJECT_STORE_FAILED
   */
  download(reference: ObjectReference, path: string): Promise<void>;
  /** True when the object is there with its size; the content is not read. */
  has(reference: ObjectReference): Promise<boolean>;
  /** When the object was written; null when it is not there. */
  writtenAt(reference: ObjectReference): Promise<Date | null>;
  /**
   * Removes an object for good: for `collect` alone, which knows that nothing refers to it. One that is not there is no error.
   *
   * @throws STORE_OBJECT_STORE_FAILED
   */
  remove(reference: ObjectReference): Promise<void>;
  /** Every object of a zone, or of one pipeline in it, by key. Cost: one look at each of them. */
  list(zone: Zone, pipeline?: string): AsyncIterable<ObjectReference>;
}
