/**
 * Texts that mean "no value" besides the empty one, in formats that have no such notion of their own. `None`, `-` and
 * `unknown` are not among them: real data have them as levels. A text that a category declares as a level is a value.
 */
export const MISSING_MARKERS: readonly string[] = ["NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "?"];
