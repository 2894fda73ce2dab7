import type { DriftTriggerDefinition } from "@atalaya/define";
import { benjaminiHochberg } from "@atalaya/learn";
import type { Movement } from "./compare-column.js";

export interface JudgedMovement extends Movement {
  /** `chance` corrected for the number of features (Benjamini-Hochberg). */
  readonly corrected: number;
  readonly moved: boolean;
}

export interface DriftJudgement {
  readonly verdict: "stable" | "drifted" | "not enough data" | "no rows";
  readonly rule: string;
  /** The movements that the verdict rests on, or why there is none. */
  readonly reasons: readonly string[];
  /** By effect, the largest first. */
  readonly movements: readonly JudgedMovement[];
  /** What the rule "any number at KS p < 0.05" would have said. */
  readonly classic: boolean;
}

/** p-value of the classic rule. */
const CLASSIC_CHANCE = 0.05;

/** The verdict of a rule over the movements of the watched features. */
export function judgeDrift(rule: DriftTriggerDefinition, movements: readonly Movement[], rows: number): DriftJudgement {
  const said = describeRule(rule);
  const corrected = benjaminiHochberg(movements.map(({ chance }) => chance));
  const judged = movements
    .map((movement, at): JudgedMovement => {
      const each = { ...movement, corrected: corrected[at]!, moved: false };
      return { ...each, moved: hasMoved(rule, each) };
    })
    .sort((a, b) => b.distance - a.distance || (a.name < b.name ? -1 : 1));
  const classic = movements.some(isClassic);
  const about = { rule: said, movements: judged, classic };
  if (rows === 0) return { ...about, verdict: "no rows", reasons: ["there are no new rows"] };
  if (rows < rule.minRows) {
    const reason = `${rows.toLocaleString("en-US")} rows, fewer than ${rule.minRows.toLocaleString("en-US")}`;
    return { ...about, verdict: "not enough data", reasons: [reason] };
  }
  const moved = judged.filter((movement) => movement.moved);
  if (moved.length === 0) {
    return {
      ...about,
      verdict: "stable",
      reasons: [judged[0] === undefined ? "nothing is watched" : `most moved: ${sayMovement(judged[0])}`],
    };
  }
  return { ...about, verdict: "drifted", reasons: moved.map(sayMovement) };
}

function hasMoved(rule: DriftTriggerDefinition, movement: JudgedMovement): boolean {
  switch (rule.rule) {
    case "classic":
      return isClassic(movement);
    case "psi":
      return movement.psi > (rule.psi ?? Number.POSITIVE_INFINITY);
    case "effect":
      return movement.distance >= rule.effect && movement.corrected <= rule.falseDiscovery;
  }
}

function isClassic({ kind, chance }: Movement): boolean {
  return kind === "number" && chance < CLASSIC_CHANCE;
}

export function describeRule(rule: DriftTriggerDefinition): string {
  switch (rule.rule) {
    case "classic":
      return `any number at KS p < ${CLASSIC_CHANCE}`;
    case "psi":
      return `psi > ${rule.psi}`;
    case "effect":
      return `moved by ${rule.effect} at a false discovery rate of ${rule.falseDiscovery}`;
  }
}

function sayMovement({ name, distance, corrected, psi }: JudgedMovement): string {
  return `${name} by ${distance.toFixed(3)} (p ${corrected.toPrecision(2)}, psi ${psi.toFixed(3)})`;
}
