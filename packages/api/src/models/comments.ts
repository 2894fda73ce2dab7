import { addComment, type Comment, listComments } from "@atalaya/registry";
import type { Store } from "@atalaya/store";
import type { EventHub } from "../events/event-hub.js";

/** What somebody said of a model, or of one version of it. */
export interface CommentSummary {
  readonly id: number;
  readonly at: string;
  readonly model: string;
  /** null: of the model as a whole. */
  readonly version: number | null;
  readonly who: string;
  readonly text: string;
}

export const LONGEST_COMMENT = 10_000;
/** Of a model with more than these, the newest. */
const MOST_COMMENTS = 500;

/** Comments, the oldest first: with a version those of it and of the model as a whole, else all. */
export async function readComments({ database }: Store, model: string, version: number | null): Promise<CommentSummary[]> {
  return (await listComments(database, model, version, MOST_COMMENTS)).map(commentSummary);
}

/** Adds a comment and tells whoever looks at the model. @throws those of `addComment` */
export async function comment(
  { database }: Store,
  hub: EventHub,
  said: Pick<Comment, "model" | "version" | "who" | "text">,
): Promise<CommentSummary> {
  const added = await addComment(database, said);
  hub.tell({ type: "models", pipeline: said.model });
  return commentSummary(added);
}

function commentSummary({ id, at, model, version, who, text }: Comment): CommentSummary {
  return { id, at: at.toISOString(), model, version, who, text };
}
