import { isAtalayaError } from "@atalaya/errors";

/** What one look at the surroundings found. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  /** What was found, in a few words. */
  readonly found: string;
  /** What to do about it; null when all is well. */
  readonly cure: string | null;
}

export interface Check<Opened = null> {
  readonly name: string;
  /** Throws when something is wrong. What it opened is for the checks that come after it. */
  readonly look: () => Promise<Look<Opened>> | Look<Opened>;
  /** The cure when an error brings none of its own. */
  readonly cure: string;
}

export interface Look<Opened> {
  readonly found: string;
  readonly opened: Opened;
}

/** Does one check; it never throws. `opened` is null when it failed. */
export async function carryOutCheck<Opened>(check: Check<Opened>): Promise<{ finding: Finding; opened: Opened | null }> {
  try {
    const { found, opened } = await check.look();
    return { finding: { check: check.name, ok: true, found, cure: null }, opened };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const cure = (isAtalayaError(error) ? error.hint : undefined) ?? check.cure;
    return { finding: { check: check.name, ok: false, found, cure }, opened: null };
  }
}

/** A look that opens nothing. */
export function saw(found: string): Look<null> {
  return { found, opened: null };
}
