import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeMetrics } from "@atalaya/telemetry";
import { describe, expect, test } from "vitest";
import { dashboards, queriesOf } from "./observability/dashboards.mjs";

const repository = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(repository, path), "utf8");
const rules = read("deploy/observability/rules/atalaya.rules.yaml");
const tests = read("deploy/observability/rules/atalaya.rules.test.yaml");

/** Labels by series name, as a scrape gives them. */
const labelsBySeries = new Map(
  describeMetrics().flatMap(({ name, type, labels }): [string, readonly string[]][] =>
    type === "histogram"
      ? [
          [`${name}_bucket`, [...labels, "le"]],
          [`${name}_sum`, labels],
          [`${name}_count`, labels],
        ]
      : [[name, labels]],
  ),
);
const SERIES = /\b((?:atalaya|predict|prediction|predictions|model|process|nodejs)_[a-z0-9_]+)(?:\{([^}]*)\})?/g;
const ofPrometheus = ["job", "instance"];

function wrongIn(text: string): string[] {
  return [...text.matchAll(SERIES)].flatMap(([, name = "", selector = ""]) => {
    const labels = labelsBySeries.get(name);
    if (labels === undefined) return [name];
    const used = [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)"/g)].map(([, label = ""]) => label);
    return used.filter((label) => ![...labels, ...ofPrometheus].includes(label)).map((label) => `${name}{${label}}`);
  });
}

const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = ""]) => name);

describe("the alerts", () => {
  test("ask for series and labels that processes tell", () => {
    expect(wrongIn(rules.replace(/runbook_url: .*|summary: .*/g, ""))).toEqual([]);
    expect(wrongIn(tests.replace(/^ +- name: .*|summary: .*|runbook_url: .*/gm, ""))).toEqual([]);
    expect(alerts.length).toBeGreaterThanOrEqual(11);
  });

  test.each(alerts)("%s has a page, which it names, and a test in which it fires", (name) => {
    expect(rules).toContain(`runbook_url: docs/runbooks/${name}.md`);
    expect(existsSync(join(repository, `docs/runbooks/${name}.md`))).toBe(true);
    expect(tests).toMatch(new RegExp(`alertname: ${name}\\n +exp_alerts:\\n`));
  });
});

describe.each(dashboards().map((dashboard) => [dashboard.uid ?? "", dashboard] as const))(
  "the dashboard %s",
  (uid, dashboard) => {
    const queries = queriesOf(dashboard);

    test("asks for series and labels that processes tell", () => {
      expect(queries.flatMap(({ expr }) => wrongIn(expr))).toEqual([]);
      expect(queries.length).toBeGreaterThanOrEqual(10);
    });

    test("is written as it was built, and says what each panel shows", () => {
      expect(JSON.parse(read(`deploy/observability/dashboards/${uid}.json`))).toEqual(JSON.parse(JSON.stringify(dashboard)));
      for (const panel of dashboard.panels ?? []) {
        if (panel.type !== "row") expect(panel).toHaveProperty("description", expect.stringMatching(/\.$/));
      }
    });
  },
);
