import type { ColumnType } from "@atalaya/learn";
import type { ColumnFacts } from "./column-facts.js";

/** A column as a dataset could declare it. */
export interface ProposedColumn {
  /** Name in the file. */
  readonly header: string;
  /** Name in a project, in camelCase and distinct. */
  readonly name: string;
  readonly type: ColumnType;
  /** Levels of a category with few of them, sorted; null: not listed. */
  readonly levels: readonly string[] | null;
  readonly optional: boolean;
  /** Share of rows without a value (0–1). */
  readonly missingShare: number;
  /** Least and largest value that a number has in the file; null for other types. */
  readonly min: number | null;
  readonly max: number | null;
  /** Distinct values; null: too many to count. */
  readonly distinct: number | null;
}

/** A type, and the rows that it would reject. */
export interface TypeChoice {
  readonly type: ColumnType;
  readonly rejects: number;
}

/** Up to so many levels are listed. */
const MOST_LEVELS = 20;
/** A type may reject this share of a column's values: they are the file's faults, not another type. */
const TOLERATED = 0.005;

const TIME_NAME = /^(ts|time|timestamp|date|datetime)$|[_ .-](at|ts|time|timestamp|date)$|(At|Time|Date|Timestamp)$/i;
const KEY_NAME = /^(id|uid|uuid|guid|key|index)$|[_ .-](id|uid|uuid|key|no|number)$|[a-z](Id|ID|Uuid)$/i;

/** Seconds or milliseconds since 1970, from 1980 to 2100. */
function looksLikeEpoch({ least, largest }: ColumnFacts): boolean {
  return (least >= 3.15e8 && largest <= 4.1e9) || (least >= 3.15e11 && largest <= 4.1e12);
}

function isIdentity(facts: ColumnFacts): boolean {
  const distinct = facts.texts?.size ?? facts.present;
  return KEY_NAME.test(facts.name) && facts.present >= 20 && distinct > 0.9 * facts.present;
}

/** Few of many: a category. Nearly all different, or long: a text. */
function categoryOrText(facts: ColumnFacts): ColumnType {
  const distinct = facts.texts?.size ?? facts.present;
  return facts.longest > 200 || (distinct > 50 && distinct > 0.5 * facts.present) ? "text" : "category";
}

/** The types that fit, the narrowest first; the last one rejects nothing. */
export function typeChoices(facts: ColumnFacts): readonly TypeChoice[] {
  const { present, numbers, wholeNumbers, times } = facts;
  const anything: TypeChoice = { type: categoryOrText(facts), rejects: 0 };
  if (present === 0) return [anything];
  if (facts.isTyped) return [{ type: "time", rejects: 0 }];
  if (facts.isBoolean) return [{ type: "boolean", rejects: 0 }];
  const allowed = TOLERATED * present;
  if (present - times <= allowed) return [{ type: "time", rejects: present - times }, anything];
  if (present - numbers > allowed || facts.hasLeadingZeros) return [anything];
  if (isIdentity(facts)) return [{ type: "text", rejects: 0 }];
  const number: TypeChoice = { type: "number", rejects: present - numbers };
  const integer: TypeChoice = { type: "integer", rejects: present - wholeNumbers };
  const isNamedTime = TIME_NAME.test(facts.name) && facts.numericTimes === present;
  if (isNamedTime && looksLikeEpoch(facts)) return [{ type: "time", rejects: 0 }];
  // 8-digit days: 20260101.
  if (isNamedTime && integer.rejects === 0 && facts.least >= 18_000_101 && facts.largest <= 22_001_231) {
    return [{ type: "time", rejects: 0 }, integer];
  }
  return integer.rejects === number.rejects ? [integer, anything] : [number, anything];
}

/** Levels to list: only when the whole file was read, because one that comes later would be rejected. */
function levelsOf(facts: ColumnFacts, type: ColumnType, isWhole: boolean): readonly string[] | null {
  if (type !== "category" || !isWhole || facts.texts === null) return null;
  if (facts.texts.size === 0 || facts.texts.size > MOST_LEVELS) return null;
  return [...facts.texts.keys()].sort();
}

/** @param isWhole the facts are those of the whole file */
export function proposeColumn(facts: ColumnFacts, name: string, type: ColumnType, isWhole: boolean): ProposedColumn {
  const isNumber = (type === "number" || type === "integer") && facts.numbers > 0;
  return {
    header: facts.name,
    name,
    type,
    levels: levelsOf(facts, type, isWhole),
    optional: facts.missing > 0 || !isWhole,
    missingShare: facts.rows === 0 ? 0 : facts.missing / facts.rows,
    min: isNumber ? facts.least : null,
    max: isNumber ? facts.largest : null,
    distinct: facts.texts?.size ?? null,
  };
}
