/** Which step follows which: a replay has its own way to the evaluation. */
export function linksOf(names: readonly string[]): [from: string, to: string][] {
  const main = names.filter((name) => !name.endsWith(" replay"));
  const replay = names.filter((name) => name.endsWith(" replay"));
  const chain = (list: readonly string[]) => list.slice(1).map((name, position): [string, string] => [list[position]!, name]);
  const joins: [string, string][] = replay.length > 0 && main.includes("evaluate") ? [[replay.at(-1)!, "evaluate"]] : [];
  return [...chain(main), ...chain(replay), ...joins];
}
