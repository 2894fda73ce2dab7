import type { ObjectReference } from "../objects/object-store.js";
import type { BackedUpTable, Sequence } from "./tables.js";

/** Name of the last entry, which tells what all others must be. */
export const MANIFEST = "manifest.json";
export const FORMAT = 1;

/** A part of a table's rows, as COPY writes them. */
export interface TablePart {
  readonly entry: string;
  readonly sha256: string;
}

/** What a backup holds. */
export interface Manifest {
  readonly format: number;
  readonly madeAt: string;
  readonly migrations: readonly string[];
  readonly tables: readonly (BackedUpTable & { readonly parts: readonly TablePart[] })[];
  readonly sequences: readonly Sequence[];
  readonly objects: readonly ObjectReference[];
}

/** Objects of one content in several places lie in the archive once. */
export function entryOfObject(sha256: string): string {
  return `objects/${sha256}`;
}

/** The manifest, or null when the text is none of this format. */
export function parseManifest(text: string): Manifest | null {
  try {
    const value = JSON.parse(text) as Partial<Manifest> | null;
    return value?.format === FORMAT && Array.isArray(value.tables) && Array.isArray(value.objects) ? (value as Manifest) : null;
  } catch {
    return null;
  }
}
