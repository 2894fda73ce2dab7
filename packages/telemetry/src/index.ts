export {
  describeMetrics,
  type LabelsOf,
  type MetricDescription,
  type MetricName,
  type NameOf,
} from "./catalogue/catalogue.js";
export {
  LATENCY_BOUNDS,
  type MetricDefinition,
  type MetricRole,
  type MetricType,
  PRICE_BOUNDS,
  VALUE_BOUNDS,
} from "./catalogue/metric-definition.js";
export { HistogramCell } from "./exposition/histogram-cell.js";
export { type Counter, EXPOSITION_TYPE, type Gauge, type Histogram, Meter, type Reading } from "./exposition/meter.js";
export { addProcessMetrics } from "./exposition/process-readings.js";
export { createLogger, type Logger, type LoggerOptions } from "./logs/logger.js";
export { redactText } from "./logs/redact.js";
export {
  newSpan,
  newTrace,
  readTraceparent,
  runPlace,
  type SpanPlace,
  stepPlace,
  writeTraceparent,
} from "./traces/trace-context.js";
export { type FinishedSpan, openTraces, type Traces, type TracesOptions } from "./traces/traces.js";
