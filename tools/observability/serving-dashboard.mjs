import { dashboardOf, lines, number } from "./panels.mjs";

const callers = 'route!~"/health|/ready|/metrics|/ping|/v2/health/.*"';
const own = 'pipeline=~"$pipeline"';

/** @param {number} share */
const quantile = (share) => ({
  expr: `histogram_quantile(${share}, sum by (le) (rate(predict_latency_seconds_bucket[$__rate_interval])))`,
  legend: `${share * 100} %`,
});

/** What is asked, how long it takes and who answers. */
export const servingDashboard = () =>
  dashboardOf(
    { uid: "atalaya-serving", title: "Atalaya: serving", about: "Requests, latency, models and the log of predictions." },
    { Now: now(), Requests: requests(), Answers: answers(), "Prediction log": log(), Process: processes() },
  );

const now = () => [
  number({
    title: "Requests per second",
    about: "Of callers: probes and scrapes are left out.",
    unit: "reqps",
    queries: [{ expr: `sum(rate(atalaya_http_requests_total{${callers}}[$__rate_interval]))` }],
  }),
  number({
    title: "Predictions in total",
    about: "Requests for predictions since the processes started.",
    queries: [{ expr: "sum(predict_requests_total)" }],
  }),
  number({
    title: "Mean latency",
    about: "Of requests for predictions.",
    unit: "s",
    queries: [
      {
        expr: "sum(rate(predict_latency_seconds_sum[$__rate_interval])) / sum(rate(predict_latency_seconds_count[$__rate_interval]))",
      },
    ],
  }),
  number({
    title: "Errors",
    about: "Share of the requests that end in an error of ours, over five minutes; the objective is 0.1 %.",
    unit: "percentunit",
    queries: [{ expr: "max(atalaya:error_ratio:rate5m) or vector(0)" }],
  }),
];

const requests = () => [
  lines({
    title: "Requests per second, by route",
    about: "Route patterns; addresses that nobody serves are none.",
    unit: "reqps",
    queries: [{ expr: `sum by (route) (rate(atalaya_http_requests_total{${callers}}[$__rate_interval]))`, legend: "{{route}}" }],
  }),
  lines({
    title: "Requests per second, by status",
    about: "4xx are errors of callers, 5xx are ours.",
    unit: "reqps",
    queries: [
      { expr: `sum by (status) (rate(atalaya_http_requests_total{${callers}}[$__rate_interval]))`, legend: "{{status}}" },
    ],
  }),
  lines({
    title: "Latency of predictions",
    about: "Percentiles of the time from a request's head to the end of its answer.",
    unit: "s",
    queries: [0.5, 0.95, 0.99].map(quantile),
  }),
  lines({
    title: "Mean latency, by route",
    about: "Time from a request's head to the end of its answer.",
    unit: "s",
    queries: [
      {
        expr: `sum by (route) (rate(atalaya_http_request_seconds_sum{${callers}}[$__rate_interval])) / sum by (route) (rate(atalaya_http_request_seconds_count{${callers}}[$__rate_interval]) > 0)`,
        legend: "{{route}}",
      },
    ],
  }),
  lines({
    title: "In flight, and waiting for a thread",
    about: "Requests that have begun and not ended.",
    queries: [
      { expr: "sum by (instance) (atalaya_http_requests_in_flight)", legend: "{{instance}} in flight" },
      { expr: "sum by (instance) (atalaya_scoring_waiting)", legend: "{{instance}} waiting" },
    ],
  }),
  lines({
    title: "Refused without work",
    about: "Overloaded, or too many requests of one caller.",
    unit: "reqps",
    queries: [
      {
        expr: 'sum by (because) (rate(atalaya_requests_refused_total[$__rate_interval])) or label_replace(vector(0), "because", "none", "", "")',
        legend: "{{because}}",
      },
    ],
  }),
];

const answers = () => [
  lines({
    title: "Rows scored per second, by version",
    about: "Two versions at once: a canary, or replicas that do not agree.",
    unit: "rowsps",
    queries: [
      {
        expr: `sum by (pipeline, version) (rate(atalaya_predictions_total{${own}}[$__rate_interval]))`,
        legend: "{{pipeline}} v{{version}}",
      },
    ],
  }),
  lines({
    title: "Rows explained per second",
    about: "An explanation takes some hundred times as long as a prediction.",
    unit: "rowsps",
    queries: [
      {
        expr: `sum by (pipeline) (rate(atalaya_explanations_total{${own}}[$__rate_interval]))`,
        legend: "{{pipeline}}",
      },
    ],
  }),
  lines({
    title: "Predicted values",
    about: "Median and 95th percentile, in the target's unit; scores and probabilities are 0 to 1.",
    queries: [0.5, 0.95].map((share) => ({
      expr: `histogram_quantile(${share}, sum by (pipeline, le) (rate(atalaya_prediction_value_bucket{${own}}[$__rate_interval])))`,
      legend: `{{pipeline}} ${share * 100} %`,
    })),
  }),
  lines({
    title: "Predicted prices",
    about: "Median, of models whose target is counted in dollars.",
    unit: "currencyUSD",
    queries: [
      {
        expr: "histogram_quantile(0.5, sum by (pipeline, le) (rate(prediction_price_dollars_bucket[$__rate_interval])))",
        legend: "{{pipeline}}",
      },
    ],
  }),
  lines({
    title: "Version that answers",
    about: "0: none. More than one line of a pipeline at different heights: replicas do not agree.",
    queries: [{ expr: `max by (instance, pipeline) (atalaya_model_version{${own}})`, legend: "{{pipeline}} {{instance}}" }],
  }),
  lines({
    title: "Age of the loaded model",
    about: "Since the version that answers was loaded.",
    unit: "s",
    queries: [
      {
        expr: `time() - max by (instance, pipeline) (atalaya_model_loaded_timestamp_seconds{${own}})`,
        legend: "{{pipeline}} {{instance}}",
      },
    ],
  }),
];

const log = () => [
  lines({
    title: "Rows logged per second",
    about: "Written to PostgreSQL, spooled to the disk first, and lost.",
    unit: "rowsps",
    queries: [
      { expr: "sum(rate(atalaya_prediction_log_written_rows_total[$__rate_interval]))", legend: "written" },
      { expr: "sum(rate(atalaya_prediction_log_spooled_rows_total[$__rate_interval]))", legend: "spooled" },
      { expr: "sum(rate(atalaya_prediction_log_dropped_rows_total[$__rate_interval]))", legend: "lost" },
    ],
  }),
  lines({
    title: "Rows that wait to be logged",
    about: "In memory, and bytes on the disk.",
    queries: [
      { expr: "sum by (instance) (atalaya_prediction_log_queued_rows)", legend: "{{instance}} rows" },
      { expr: "sum by (instance) (atalaya_prediction_log_spool_bytes)", legend: "{{instance}} bytes" },
    ],
  }),
];

const processes = () => [
  lines({
    title: "Event loop",
    about: "Share of the time in which it was busy; near 1 nothing more can be done by one process.",
    unit: "percentunit",
    max: 1,
    queries: [{ expr: "atalaya_event_loop_utilization", legend: "{{job}} {{instance}}" }],
  }),
  lines({
    title: "Event loop delay",
    about: "99th percentile since the last scrape.",
    unit: "s",
    queries: [{ expr: "nodejs_eventloop_lag_p99_seconds", legend: "{{job}} {{instance}}" }],
  }),
  lines({
    title: "Memory",
    about: "Resident.",
    unit: "bytes",
    queries: [{ expr: 'process_resident_memory_bytes{job=~"atalaya.*"}', legend: "{{job}} {{instance}}" }],
  }),
  lines({
    title: "Processors",
    about: "Used by the process.",
    queries: [{ expr: 'rate(process_cpu_seconds_total{job=~"atalaya.*"}[$__rate_interval])', legend: "{{job}} {{instance}}" }],
  }),
];
