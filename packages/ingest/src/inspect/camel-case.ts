/** `House size (ft²)` → `houseSizeFt`, `acre_lot` → `acreLot`: a name that reads well behind a dot. */
function camelCase(text: string): string {
  const words = text
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .split(/[^\p{L}\p{Nd}]+/u)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
  const name = words.map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join("");
  if (name === "") return "column";
  return /^\p{Nd}/u.test(name) ? `column${name}` : name;
}

/** Names of columns for a project: camelCase, and the second of a kind gets a number. */
export function camelCaseNames(headers: readonly string[]): string[] {
  const used = new Set<string>();
  return headers.map((header) => {
    const wanted = camelCase(header);
    let name = wanted;
    for (let number = 2; used.has(name); number++) name = `${wanted}${number}`;
    used.add(name);
    return name;
  });
}
