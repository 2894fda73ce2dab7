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
