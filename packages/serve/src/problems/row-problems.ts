import type { RowProblem } from "@atalaya/learn";

/** One sentence about the first problem and the number of the others. */
export function describeProblems(problems: readonly RowProblem[], isSingle: boolean): string {
  const [first] = problems;
  if (first === undefined) return "The rows cannot be scored.";
  const { row, field, expected, received, suggestion } = first;
  const place = [field === null ? null : `field "${field}"`, row === null || isSingle ? null : `row ${row}`].filter(
    (part) => part !== null,
  );
  const meant = suggestion === undefined ? "" : ` (did you mean "${suggestion}"?)`;
  const more = problems.length - 1;
  const others = more === 0 ? "" : `, and ${more} more problem${more === 1 ? "" : "s"}`;
  const subject = place.length > 0 ? place.join(" of ") : isSingle ? "the row" : "the rows";
  return `${subject.charAt(0).toUpperCase()}${subject.slice(1)}: expected ${expected}, received ${received}${meant}${others}.`;
}
