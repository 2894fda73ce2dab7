import common from "@grafana/grafana-foundation-sdk/common";
import dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import stat from "@grafana/grafana-foundation-sdk/stat";
import timeseries from "@grafana/grafana-foundation-sdk/timeseries";

/**
 * A query and how its series are named in the legend.
 *
 * @typedef {{ expr: string, legend?: string }} Query
 * @typedef {{ title: string, about: string, unit?: string, queries: Query[], min?: number, max?: number }} Panel
 */

/** The data source that a dashboard's reader chose. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
const source = { type: "prometheus", uid: "${datasource}" };
const NARROW = 6;
const WIDE = 12;
const LOW = 4;
const HIGH = 8;

/** One number: what is now. @param {Panel} panel */
export function number({ title, about, unit = "short", queries, min }) {
  const built = new stat.PanelBuilder()
    .title(title)
    .description(about)
    .datasource(source)
    .unit(unit)
    .height(LOW)
    .span(NARROW)
    .noValue("none")
    .graphMode(common.BigValueGraphMode.Area)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]));
  if (min !== undefined) built.min(min);
  queries.forEach((query, at) => {
    built.withTarget(target(query, at));
  });
  return built;
}

/** Lines over time. @param {Panel} panel */
export function lines({ title, about, unit = "short", queries, min = 0, max }) {
  const built = new timeseries.PanelBuilder()
    .title(title)
    .description(about)
    .datasource(source)
    .unit(unit)
    .height(HIGH)
    .span(WIDE)
    .min(min)
    .fillOpacity(10)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    );
  if (max !== undefined) built.max(max);
  queries.forEach((query, at) => {
    built.withTarget(target(query, at));
  });
  return built;
}

/**
 * @param {Query} query
 * @param {number} at  of the panel's queries
 */
function target({ expr, legend = "" }, at) {
  return new prometheus.DataqueryBuilder()
    .refId(String.fromCharCode(65 + at))
    .datasource(source)
    .expr(expr)
    .legendFormat(legend)
    .range();
}

/**
 * A dashboard with the data source and the pipelines to choose from.
 *
 * @param {{ uid: string, title: string, about: string }} about
 * @param {Record<string, (ReturnType<typeof number> | ReturnType<typeof lines>)[]>} rows  panels by the title of their row
 */
export function dashboardOf({ uid, title, about }, rows) {
  const built = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(about)
    .tags(["atalaya"])
    .timezone("browser")
    .refresh("30s")
    .time({ from: "now-6h", to: "now" })
    .withVariable(new dashboard.DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"))
    .withVariable(
      new dashboard.QueryVariableBuilder("pipeline")
        .label("Pipeline")
        .datasource(source)
        .query("label_values(atalaya_model_loaded, pipeline)")
        .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue(".*"),
    );
  for (const [name, panels] of Object.entries(rows)) {
    built.withRow(new dashboard.RowBuilder(name));
    for (const panel of panels) built.withPanel(panel);
  }
  return built.build();
}
