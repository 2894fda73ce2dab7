import { modelsDashboard } from "./models-dashboard.mjs";
import { pipelinesDashboard } from "./pipelines-dashboard.mjs";
import { servingDashboard } from "./serving-dashboard.mjs";

/** Every dashboard, as Grafana reads it. */
export const dashboards = () => [servingDashboard(), modelsDashboard(), pipelinesDashboard()];

/**
 * The files of the dashboards by their path. A sidecar of Grafana, or a ConfigMap of the folder, provisions them.
 *
 * @returns {Record<string, string>}
 */
export function dashboardFiles() {
  return Object.fromEntries(
    dashboards().map((dashboard) => [
      `deploy/observability/dashboards/${dashboard.uid}.json`,
      `${JSON.stringify(dashboard, null, 2)}\n`,
    ]),
  );
}

/**
 * The queries of a dashboard with the titles of their panels.
 *
 * @param {ReturnType<typeof servingDashboard>} dashboard
 * @returns {{ panel: string, expr: string }[]}
 */
export function queriesOf(dashboard) {
  return (dashboard.panels ?? []).flatMap((panel) => {
    if (!("targets" in panel)) return [];
    return (panel.targets ?? []).flatMap((target) =>
      "expr" in target && typeof target.expr === "string"
        ? [{ panel: `${dashboard.title}, ${panel.title}`, expr: target.expr }]
        : [],
    );
  });
}
