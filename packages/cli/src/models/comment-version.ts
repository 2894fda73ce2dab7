import { addComment } from "@atalaya/registry";
import type { Store } from "@atalaya/store";
import type { Terminal } from "../terminal/terminal.js";
import { currentUser } from "./move-alias.js";

/** Adds a comment of this user to a version. @throws REGISTRY_COMMENT_INVALID, REGISTRY_MODEL_VERSION_UNKNOWN */
export async function commentVersion(
  { database }: Pick<Store, "database">,
  terminal: Pick<Terminal, "answer">,
  { pipeline, version, text }: { readonly pipeline: string; readonly version: number; readonly text: string },
): Promise<void> {
  const comment = await addComment(database, { model: pipeline, version, who: currentUser(), text });
  terminal.answer({ ...comment, at: comment.at.toISOString() }, [`${pipeline} v${version}: ${comment.text}`]);
}
