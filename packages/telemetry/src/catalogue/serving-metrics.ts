import { LATENCY_BOUNDS, type MetricDefinition, PRICE_BOUNDS, VALUE_BOUNDS } from "./metric-definition.js";

const role = "serving";
const latency = { type: "histogram", unit: "seconds", role, bounds: LATENCY_BOUNDS } as const;
const counter = { type: "counter", role } as const;
const gauge = { type: "gauge", role } as const;

/** Requests, answers, models and the prediction log. */
export const servingMetrics = {
  atalaya_http_requests_total: {
    ...counter,
    labels: ["method", "route", "status"],
    unit: "requests",
    help: "Requests answered, by route pattern and status; addresses that nobody serves count under the route none",
  },
  atalaya_http_request_seconds: {
    ...latency,
    labels: ["method", "route"],
    help: "Time from the request's head to the end of its answer, by route pattern",
  },
  atalaya_http_requests_in_flight: { ...gauge, labels: [], unit: "requests", help: "Requests that have begun and not ended" },
  atalaya_requests_refused_total: {
    ...counter,
    labels: ["because"],
    unit: "requests",
    help: "Requests refused without work: too many requests of one caller, or overloaded",
  },
  atalaya_scoring_waiting: { ...gauge, labels: [], unit: "requests", help: "Large requests that wait for a scoring thread" },
  predict_requests_total: {
    ...counter,
    labels: ["status"],
    unit: "requests",
    help: "Requests for predictions, through every protocol, by status",
  },
  predict_latency_seconds: {
    ...latency,
    labels: [],
    help: "Time of requests for predictions, from the request's head to the end of its answer",
  },
  atalaya_predictions_total: { ...counter, labels: ["pipeline", "version"], unit: "rows", help: "Rows scored" },
  predictions_total: {
    ...counter,
    labels: ["pipeline", "version"],
    unit: "rows",
    help: "Rows scored: the same as atalaya_predictions_total, under the name that dashboards of others use",
  },
  prediction_latency_seconds: {
    ...latency,
    labels: ["pipeline"],
    help: "Time from the head of a request to its scored rows, without sending the answer",
  },
  atalaya_prediction_value: {
    type: "histogram",
    labels: ["pipeline", "version"],
    unit: "the target's unit, or 0 to 1 for scores and probabilities",
    role,
    bounds: VALUE_BOUNDS,
    help: "Predicted values: the number, the anomaly score, or the probability of the last class; of large requests a sample",
  },
  prediction_price_dollars: {
    type: "histogram",
    labels: ["pipeline"],
    unit: "dollars",
    role,
    bounds: PRICE_BOUNDS,
    help: "Predicted prices, of models whose target is counted in USD",
  },
  atalaya_explanations_total: { ...counter, labels: ["pipeline", "version"], unit: "rows", help: "Rows explained" },
  atalaya_explanation_seconds: {
    ...latency,
    labels: ["pipeline"],
    help: "Time from the head of a request to its explained rows, without sending the answer",
  },
  atalaya_prediction_log_queued_rows: { ...gauge, labels: [], unit: "rows", help: "Rows that wait to be logged" },
  atalaya_prediction_log_spool_bytes: { ...gauge, labels: [], unit: "bytes", help: "Bytes on disk that wait to be logged" },
  atalaya_prediction_log_spooling: {
    ...gauge,
    labels: [],
    unit: "0 or 1",
    help: "1 while PostgreSQL does not take the log and the disk does",
  },
  atalaya_prediction_log_spooled_rows_total: {
    ...counter,
    labels: [],
    unit: "rows",
    help: "Rows that went to the disk first",
  },
  atalaya_prediction_log_written_rows_total: { ...counter, labels: [], unit: "rows", help: "Rows logged" },
  atalaya_prediction_log_dropped_rows_total: { ...counter, labels: [], unit: "rows", help: "Rows lost to the log" },
  atalaya_model_loaded: {
    ...gauge,
    labels: ["pipeline"],
    unit: "0 or 1",
    help: "1 when the pipeline has a model to answer with, else 0",
  },
  model_loaded: {
    ...gauge,
    labels: ["pipeline"],
    unit: "0 or 1",
    help: "The same as atalaya_model_loaded, under the name that dashboards of others use",
  },
  atalaya_model_version: {
    ...gauge,
    labels: ["pipeline"],
    unit: "version",
    help: "Version that the pipeline answers with, 0 for none",
  },
  atalaya_model_loaded_timestamp_seconds: {
    ...gauge,
    labels: ["pipeline"],
    unit: "seconds since 1970",
    help: "When the version that answers was loaded: its age is time() minus this",
  },
  atalaya_serving_degraded: {
    ...gauge,
    labels: ["pipeline"],
    unit: "0 or 1",
    help: "1 when the pipeline answers with its last good version, as its models cannot be reached",
  },
  atalaya_model_load_failures_total: {
    ...counter,
    labels: ["pipeline", "code"],
    unit: "failures",
    help: "Versions refused and failures to fetch one, by error code",
  },
  atalaya_challenger_rows_total: {
    ...counter,
    labels: ["pipeline", "role"],
    unit: "rows",
    help: "Rows that a challenger scored, as shadow or as canary",
  },
  atalaya_rollout_aborts_total: {
    ...counter,
    labels: ["pipeline", "role", "because"],
    unit: "challengers",
    help: "Challengers taken out, by reason",
  },
} as const satisfies Record<string, MetricDefinition>;
