import type { Store } from "@atalaya/store";
import type { Answer, MlflowServer } from "../remote/mlflow-server.js";
import type { Links } from "./links.js";

/** What every part of the mirror works with. */
export interface OtherSide {
  readonly store: Store;
  readonly server: MlflowServer;
  readonly links: Links;
  /** Of this database. */
  readonly instance: string;
  /** Writes the folder of a model that Atalaya trained, before its files are listed. */
  readonly provide: (path: string) => Promise<void>;
}

/** Whatever the mirror makes says where it came from: it is found again by this tag, and never mirrored back. */
export const sourceTag = "atalaya.mirror.source";

export function sourceOf({ instance }: OtherSide, kind: "run" | "version" | "experiment", local: string | number): string {
  return `${instance}/${kind}/${local}`;
}

/** True for what a mirror of another database wrote here. */
export function isMirrored({ instance }: OtherSide, source: string | undefined): boolean {
  return source !== undefined && !source.startsWith(`${instance}/`);
}

export function equalTag(value: string): string {
  return `tags.\`${sourceTag}\` = '${value.replaceAll("'", "")}'`;
}

/** A field that is an object; empty when it is something else. */
export function objectOf(answer: Answer, field: string): Answer {
  const value = answer[field];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Answer) : {};
}

export function listOf(answer: Answer, field: string): readonly Answer[] {
  const value = answer[field];
  return Array.isArray(value) ? (value as Answer[]) : [];
}

export function textOf(answer: Answer, field: string): string {
  const value = answer[field];
  return value === undefined || value === null ? "" : String(value);
}
