import { atLeast, column, dataset, frequency, isolationForest, parquetFiles, pipeline, setting, shuffled } from "@atalaya/define";

/**
 * NSL-KDD (Tavallaee et al. 2009): the 38 numeric columns and the three categories, and the name of the attack as label.
 * `difficulty` is left out.
 */
const connections = dataset("nsl-kdd", {
  protocol: column.category({ from: "protocol_type" }),
  service: column.category(),
  flag: column.category({ description: "How the connection ended" }),
  duration: column.integer({ min: 0 }),
  srcBytes: column.integer({ from: "src_bytes", min: 0 }),
  dstBytes: column.integer({ from: "dst_bytes", min: 0 }),
  land: column.integer({ min: 0 }),
  wrongFragment: column.integer({ from: "wrong_fragment", min: 0 }),
  urgent: column.integer({ min: 0 }),
  hot: column.integer({ min: 0 }),
  numFailedLogins: column.integer({ from: "num_failed_logins", min: 0 }),
  loggedIn: column.integer({ from: "logged_in", min: 0 }),
  numCompromised: column.integer({ from: "num_compromised", min: 0 }),
  rootShell: column.integer({ from: "root_shell", min: 0 }),
  suAttempted: column.integer({ from: "su_attempted", min: 0 }),
  numRoot: column.integer({ from: "num_root", min: 0 }),
  numFileCreations: column.integer({ from: "num_file_creations", min: 0 }),
  numShells: column.integer({ from: "num_shells", min: 0 }),
  numAccessFiles: column.integer({ from: "num_access_files", min: 0 }),
  numOutboundCmds: column.integer({ from: "num_outbound_cmds", min: 0 }),
  isHostLogin: column.integer({ from: "is_host_login", min: 0 }),
  isGuestLogin: column.integer({ from: "is_guest_login", min: 0 }),
  count: column.integer({ min: 0 }),
  srvCount: column.integer({ from: "srv_count", min: 0 }),
  serrorRate: column.number({ from: "serror_rate", min: 0 }),
  srvSerrorRate: column.number({ from: "srv_serror_rate", min: 0 }),
  rerrorRate: column.number({ from: "rerror_rate", min: 0 }),
  srvRerrorRate: column.number({ from: "srv_rerror_rate", min: 0 }),
  sameSrvRate: column.number({ from: "same_srv_rate", min: 0 }),
  diffSrvRate: column.number({ from: "diff_srv_rate", min: 0 }),
  srvDiffHostRate: column.number({ from: "srv_diff_host_rate", min: 0 }),
  dstHostCount: column.integer({ from: "dst_host_count", min: 0 }),
  dstHostSrvCount: column.integer({ from: "dst_host_srv_count", min: 0 }),
  dstHostSameSrvRate: column.number({ from: "dst_host_same_srv_rate", min: 0 }),
  dstHostDiffSrvRate: column.number({ from: "dst_host_diff_srv_rate", min: 0 }),
  dstHostSameSrcPortRate: column.number({ from: "dst_host_same_src_port_rate", min: 0 }),
  dstHostSrvDiffHostRate: column.number({ from: "dst_host_srv_diff_host_rate", min: 0 }),
  dstHostSerrorRate: column.number({ from: "dst_host_serror_rate", min: 0 }),
  dstHostSrvSerrorRate: column.number({ from: "dst_host_srv_serror_rate", min: 0 }),
  dstHostRerrorRate: column.number({ from: "dst_host_rerror_rate", min: 0 }),
  dstHostSrvRerrorRate: column.number({ from: "dst_host_srv_rerror_rate", min: 0 }),
  attack: column.category(),
});

const label = { column: "attack", normal: ["normal"] } as const;

/** Counts and sizes are skewed over nine powers of ten: a random cut between least and most would hardly ever part the many. */
const behaviour = connections.features({
  label,
  ignore: ["duration", "srcBytes", "dstBytes", "hot", "numCompromised", "numRoot", "count", "srvCount"],
  derive: (connection) => ({
    logDuration: connection.duration.log1p(),
    logSrcBytes: connection.srcBytes.log1p(),
    logDstBytes: connection.dstBytes.log1p(),
    logHot: connection.hot.log1p(),
    logCompromised: connection.numCompromised.log1p(),
    logRoot: connection.numRoot.log1p(),
    logCount: connection.count.log1p(),
    logSrvCount: connection.srvCount.log1p(),
  }),
  encode: { protocol: frequency(), service: frequency(), flag: frequency() },
});

/** All columns, fitted on the normal rows of the published training set, judged on the published test set. */
export const nslKdd = pipeline("nsl-kdd")
  .ingest(connections, parquetFiles(setting.url("NSL_KDD_TRAIN")))
  .validate({ maxRejected: 0 })
  .features(behaviour)
  .split(shuffled({ test: 0.05, seed: 42 }))
  .trainOnly("normal-rows", (table) => table.filter((row) => row.attack === "normal"))
  .train({ seed: 42 }, isolationForest({ trees: 100, rowsPerTree: 1_024, contamination: 0.05 }))
  .evaluate({ metrics: ["auroc", "averagePrecision", "alertRate"], replay: parquetFiles(setting.url("NSL_KDD_TEST")) })
  .gate(atLeast("auroc", 0.9))
  .promote("production");

const flows = dataset("nsl-kdd-flows", {
  bytes: column.integer({ from: "src_bytes", unit: "B", min: 0 }),
  duration: column.integer({ unit: "s", min: 0 }),
  attack: column.category(),
});

/** Bytes, duration and bytes per second alone: weaker than all columns, and reported as it is. */
export const nslKddThreeFeatures = pipeline("nsl-kdd-three-features")
  .ingest(flows, parquetFiles(setting.url("NSL_KDD_TRAIN")))
  .validate({ maxRejected: 0 })
  .features(flows.features({ label, derive: (flow) => ({ bytesPerSecond: flow.bytes.div(flow.duration.max(1)) }) }))
  .split(shuffled({ test: 0.05, seed: 42 }))
  .trainOnly("normal-rows", (table) => table.filter((row) => row.attack === "normal"))
  .train({ seed: 42 }, isolationForest({ trees: 100, rowsPerTree: 256, contamination: 0.05 }))
  .evaluate({ metrics: ["auroc", "averagePrecision", "alertRate"], replay: parquetFiles(setting.url("NSL_KDD_TEST")) })
  .gate(atLeast("auroc", 0.9))
  .promote("production");
