import {
  byTime,
  column,
  cron,
  dataset,
  files,
  frequency,
  isolationForest,
  noWorseThanChampion,
  pipeline,
  setting,
  whenDrifted,
} from "@atalaya/define";

/** One row per network flow, as Zeek's conn.log has it. A flow of one packet has no duration and no bytes: missing, not 0. */
export const events = dataset("network-events", {
  at: column.time({ from: "ts" }),
  srcIp: column.category({ from: "id.orig_h" }),
  dstIp: column.category({ from: "id.resp_h" }),
  dstPort: column.integer({ from: "id.resp_p", min: 0, max: 65_535 }),
  protocol: column.category({ from: "proto" }),
  bytes: column.integer({ from: "orig_bytes", unit: "B", min: 0 }).optional(),
  responseBytes: column.integer({ from: "resp_bytes", unit: "B", min: 0 }).optional(),
  duration: column.number({ unit: "s", min: 0 }).optional(),
  state: column.category({ from: "conn_state" }),
  packets: column.integer({ from: "orig_pkts", min: 0 }),
  responsePackets: column.integer({ from: "resp_pkts", min: 0 }),
  packetBytes: column.integer({ from: "orig_ip_bytes", unit: "B", min: 0 }),
  responsePacketBytes: column.integer({ from: "resp_ip_bytes", unit: "B", min: 0 }),
  label: column.category({ description: "Benign or Malicious, where somebody has looked" }).optional(),
});

const NORMAL = ["Benign", "benign"] as const;

/** No target: only anomaly learners, metrics and gates compile below. */
const behaviour = events.features({
  ignore: ["at", "dstPort"],
  label: { column: "label", normal: NORMAL },
  derive: (event) => ({
    bytesPerSecond: event.bytes.div(event.duration.max(0.001)),
    timestampHour: event.at.hour(),
    flowSize: event.bytes.bucket([1_000, 1_000_000], ["small", "medium", "large"]),
    wellKnownPort: event.dstPort.lt(1_024),
    bytesPerPacket: event.packetBytes.div(event.packets),
    unanswered: event.responsePackets.lt(1),
  }),
  encode: { srcIp: frequency(), dstIp: frequency() }, // how often the training part saw the address
});

export const networkAnomalies = pipeline("network-anomalies")
  .ingest(events, files(setting.url("EVENT_LAKE")))
  .validate({ maxRejected: 0.01 })
  .features(behaviour)
  .split(byTime("at", { test: 0.3 }))
  // What is known to be an attack is not what is usual; a flow that nobody has labelled stays.
  .trainOnly("not-known-attacks", (table) =>
    table.filter((event) => event.label === null || NORMAL.some((normal) => normal === event.label)),
  )
  .train({ seed: 42 }, isolationForest({ trees: 100, rowsPerTree: 256, alertBudget: 0.05 }))
  .evaluate({ metrics: ["alertRate", "scoreStability", "injectedAuroc", "auroc", "averagePrecision"], explain: { rows: 500 } })
  .gate(
    (challenger) => {
      // Attacks may be most of a labelled capture, so the alert rate is a limit only where nobody knows better.
      if (challenger.measured("auroc")) {
        const auroc = challenger.metric("auroc");
        return auroc >= 0.85
          ? { pass: true, because: `auroc ${auroc.toFixed(3)} on labelled flows is at least 0.85` }
          : { pass: false, because: `auroc ${auroc.toFixed(3)} on labelled flows is below 0.85` };
      }
      const rate = challenger.metric("alertRate");
      return rate <= 0.2
        ? { pass: true, because: `no labels; ${(rate * 100).toFixed(1)} % of flows alert, at most 20 %` }
        : { pass: false, because: `no labels; ${(rate * 100).toFixed(1)} % of flows alert, more than 20 %` };
    },
    noWorseThanChampion("scoreStability", { tolerance: 0.1 }),
  )
  .promote("production")
  .retrain(whenDrifted({ psi: 0.25, on: ["bytesPerSecond", "protocol"] }), cron("0 2 * * *"));
