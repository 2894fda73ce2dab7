/** Words of a command line as a shell would split it: quotes, and no redirection. */
export function shellWords(line: string): string[] {
  const [command = ""] = line.split(" < ");
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? "");
}
