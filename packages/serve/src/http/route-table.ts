import { nearestName } from "@atalaya/learn/answering";

interface Route {
  readonly pattern: string;
  readonly parts: readonly string[];
  readonly methods: Set<string>;
}

/** Which routes there are: to tell a wrong method from a wrong address, and to suggest the address that was meant. */
export class RouteTable {
  readonly #routes = new Map<string, Route>();

  /** Routes with a wildcard are left out: they match what nobody meant. */
  add(method: string | readonly string[], pattern: string): void {
    if (pattern.includes("*")) return;
    const plain = withoutSlash(pattern);
    let route = this.#routes.get(plain);
    if (route === undefined) {
      route = { pattern: plain, parts: plain.split("/"), methods: new Set() };
      this.#routes.set(plain, route);
    }
    for (const name of typeof method === "string" ? [method] : method) route.methods.add(name);
  }

  /** Methods that the address answers; none: there is no such address. */
  methodsAt(path: string): string[] {
    const parts = withoutSlash(path).split("/");
    const methods = new Set<string>();
    for (const route of this.#routes.values()) {
      if (matches(route.parts, parts)) for (const method of route.methods) methods.add(method);
    }
    return [...methods].sort();
  }

  /** The address, with its method, that a mistyped one most likely means. `names` fill the patterns' `:name`. */
  nearest(method: string, path: string, names: readonly string[]): string | null {
    const methodByPath = new Map<string, string>();
    for (const { pattern, methods } of this.#routes.values()) {
      const usual = methods.has(method) ? method : ([...methods].sort()[0] ?? method);
      const paths = pattern.includes(":name") ? names.map((name) => pattern.replace(":name", name)) : [pattern];
      for (const known of paths) methodByPath.set(known, usual);
    }
    const nearest = nearestName(withoutSlash(path), methodByPath.keys());
    return nearest === null ? null : `${methodByPath.get(nearest)} ${nearest}`;
  }
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length && pattern.every((part, at) => (part.startsWith(":") ? path[at] !== "" : part === path[at]))
  );
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
