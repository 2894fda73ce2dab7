import type { Registry } from "@atalaya/registry";
import type { Store } from "@atalaya/store";
import type { Fields } from "../protocol/fields.js";
import type { JsonText } from "./json-text.js";

/** What a route works with. */
export interface Call {
  readonly fields: Fields;
  /** Parts of the path. */
  readonly path: Readonly<Record<string, string>>;
  readonly store: Store;
  readonly registry: Registry;
  /** Who moves an alias, for its history. */
  readonly who: string;
}

/** One route of the protocol below `/api/2.0/mlflow`; what it gives back is the body. */
export interface ProtocolRoute {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly answer: (call: Call) => Promise<object | JsonText>;
}

export const done = {};
