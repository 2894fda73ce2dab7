/** Seconds; the fast end is where a prediction lies. */
const BOUNDS = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

interface RouteCounts {
  readonly labels: string;
  readonly countByStatus: Map<number, number>;
  /** Requests by bucket, the last one without an upper bound. */
  readonly buckets: Float64Array;
  seconds: number;
  count: number;
}

/** Counts requests and their time by route: some additions each, where a general library looks up label sets. */
export class RequestMeter {
  readonly #routes = new Map<string, Map<string, RouteCounts>>();

  add(method: string, route: string, status: number, seconds: number): void {
    const counts = this.#countsOf(method, route);
    counts.countByStatus.set(status, (counts.countByStatus.get(status) ?? 0) + 1);
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]!) bucket++;
    counts.buckets[bucket]!++;
    counts.seconds += seconds;
    counts.count++;
  }

  /** In Prometheus' text format. */
  text(): string {
    const requests = [
      "# HELP atalaya_http_requests_total Requests answered, by route pattern and status",
      "# TYPE atalaya_http_requests_total counter",
    ];
    const seconds = [
      "# HELP atalaya_http_request_seconds Time from the request's head to the end of its answer, by route pattern",
      "# TYPE atalaya_http_request_seconds histogram",
    ];
    for (const counts of [...this.#routes.values()].flatMap((routes) => [...routes.values()])) {
      for (const [status, count] of counts.countByStatus) {
        requests.push(`atalaya_http_requests_total{${counts.labels},status="${status}"} ${count}`);
      }
      seconds.push(...histogramLines(counts));
    }
    return `${[...requests, ...seconds].join("\n")}\n`;
  }

  #countsOf(method: string, route: string): RouteCounts {
    let routes = this.#routes.get(method);
    if (routes === undefined) {
      routes = new Map();
      this.#routes.set(method, routes);
    }
    let counts = routes.get(route);
    if (counts === undefined) {
      const labels = `method="${escapeLabel(method)}",route="${escapeLabel(route)}"`;
      counts = { labels, countByStatus: new Map(), buckets: new Float64Array(BOUNDS.length + 1), seconds: 0, count: 0 };
      routes.set(route, counts);
    }
    return counts;
  }
}

function histogramLines({ labels, buckets, seconds, count }: RouteCounts): string[] {
  let sum = 0;
  const lines = BOUNDS.map((bound, bucket) => {
    sum += buckets[bucket]!;
    return `atalaya_http_request_seconds_bucket{${labels},le="${bound}"} ${sum}`;
  });
  return [
    ...lines,
    `atalaya_http_request_seconds_bucket{${labels},le="+Inf"} ${count}`,
    `atalaya_http_request_seconds_sum{${labels}} ${seconds}`,
    `atalaya_http_request_seconds_count{${labels}} ${count}`,
  ];
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
}
