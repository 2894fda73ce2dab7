import type { Histogram, HistogramCell, Meter } from "@atalaya/telemetry";

type Method = "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "PATCH" | "OPTIONS" | "OTHER";

const METHODS = new Set<string>(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] satisfies Method[]);
/** Routes that give predictions, in every protocol. */
const PREDICTING = /(\/predict|\/infer|^\/invocations)$/;

interface RouteCounts {
  readonly method: Method;
  readonly route: string;
  readonly isPredicting: boolean;
  readonly countByStatus: Map<number, number>;
  readonly seconds: HistogramCell;
}

/** Counts requests and their time by route: some additions each, where label sets are looked up once a route. */
export class RequestMeter {
  readonly #routes = new Map<string, Map<string, RouteCounts>>();
  readonly #seconds: Histogram<"atalaya_http_request_seconds">;
  readonly #predictSeconds: HistogramCell;
  #inFlight = 0;

  constructor(meter: Meter) {
    meter.observe("atalaya_http_requests_total", () => this.#requests());
    this.#seconds = meter.histogram("atalaya_http_request_seconds");
    meter.observe("atalaya_http_requests_in_flight", () => [{ labels: {}, value: this.#inFlight }]);
    this.#predictSeconds = meter.histogram("predict_latency_seconds").of({});
    meter.observe("predict_requests_total", () => this.#predictions());
  }

  begun(): void {
    this.#inFlight++;
  }

  ended(): void {
    this.#inFlight--;
  }

  add(method: string, route: string, status: number, seconds: number): void {
    const counts = this.#countsOf(method, route);
    counts.countByStatus.set(status, (counts.countByStatus.get(status) ?? 0) + 1);
    counts.seconds.observe(seconds);
    if (counts.isPredicting) this.#predictSeconds.observe(seconds);
  }

  *#requests() {
    for (const { method, route, countByStatus } of this.#counts()) {
      for (const [status, value] of countByStatus) yield { labels: { method, route, status }, value };
    }
  }

  /** The sum over routes is made when it is asked for. */
  #predictions() {
    const sums = new Map<number, number>();
    for (const { isPredicting, countByStatus } of this.#counts()) {
      if (!isPredicting) continue;
      for (const [status, count] of countByStatus) sums.set(status, (sums.get(status) ?? 0) + count);
    }
    return Array.from(sums, ([status, value]) => ({ labels: { status }, value }));
  }

  *#counts(): Generator<RouteCounts> {
    for (const routes of this.#routes.values()) yield* routes.values();
  }

  #countsOf(given: string, route: string): RouteCounts {
    const method = METHODS.has(given) ? (given as Method) : "OTHER";
    let routes = this.#routes.get(method);
    if (routes === undefined) {
      routes = new Map();
      this.#routes.set(method, routes);
    }
    let counts = routes.get(route);
    if (counts === undefined) {
      const isPredicting = method === "POST" && PREDICTING.test(route);
      counts = { method, route, isPredicting, countByStatus: new Map(), seconds: this.#seconds.of({ method, route }) };
      routes.set(route, counts);
    }
    return counts;
  }
}
