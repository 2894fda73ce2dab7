import { type Store, sql, toText } from "@atalaya/store";
import { errors } from "./errors.js";
import { findModel } from "./models/registered-models.js";
import { findRegistered } from "./models/registered-versions.js";

type Database = Store["database"];

/** What somebody said of a model, or of one version of it. Comments are added, never changed. */
export interface Comment {
  readonly id: number;
  readonly at: Date;
  readonly model: string;
  /** Null: of the model as a whole. */
  readonly version: number | null;
  readonly who: string;
  readonly text: string;
}

const mostCharacters = 10_000;

/** @throws REGISTRY_COMMENT_INVALID, REGISTRY_MODEL_UNKNOWN, REGISTRY_MODEL_VERSION_UNKNOWN */
export async function addComment(database: Database, comment: Omit<Comment, "id" | "at">): Promise<Comment> {
  const { model, version, who } = comment;
  const text = comment.text.trim();
  if (text === "" || text.length > mostCharacters)
    throw errors.COMMENT_INVALID({ characters: text.length, most: mostCharacters });
  if (version === null) await findModel(database, model);
  else await findRegistered(database, model, version);
  const { rows } = await sql<Comment>`
    insert into atalaya.model_comments (model, version, who, text)
    values (${toText(model)}, ${version}::integer, ${toText(who)}, ${toText(text)})
    returning id, at, model, version, who, text`.execute(database);
  const [added] = rows;
  if (added === undefined) throw new TypeError("an insert gave no row");
  return added;
}

/**
 * Comments, the oldest first.
 *
 * @param version  null: those of the model and of all its versions; else those of the version and of the model as a whole
 * @param most  so many of the newest
 */
export async function listComments(
  database: Database,
  model: string,
  version: number | null = null,
  most: number = Number.MAX_SAFE_INTEGER,
): Promise<readonly Comment[]> {
  const { rows } = await sql<Comment>`
    select id, at, model, version, who, text from atalaya.model_comments
    where model = ${toText(model)} and (${version}::integer is null or version is null or version = ${version}::integer)
    order by id desc limit ${most}`.execute(database);
  return rows.reverse();
}
