import type { Run, Store } from "@atalaya/store";
import { errors } from "../errors.js";

/** So many characters of an id name a run, as lists show them. */
const SHORTEST = 6;

/**
 * The run with this id, or the only one whose id begins so.
 *
 * @throws RUN_NO_SUCH_RUN, RUN_AMBIGUOUS
 */
export async function findRun({ runs, database }: Store, id: string): Promise<Run> {
  const exact = await runs.find(id);
  if (exact !== null) return exact;
  if (id.length < SHORTEST) throw errors.NO_SUCH_RUN({ run: id });
  const pattern = `${id.replaceAll(/[\\%_]/g, "\\$&")}%`;
  const found = await database.selectFrom("runs").selectAll().where("id", "like", pattern).limit(10).execute();
  const [only] = found;
  if (only === undefined) throw errors.NO_SUCH_RUN({ run: id });
  if (found.length > 1) throw errors.AMBIGUOUS({ run: id, count: found.length });
  return only;
}
