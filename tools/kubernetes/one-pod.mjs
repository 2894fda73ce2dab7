// A whole pipeline in one pod, from the manifest that users copy, with the variables of a MinIO and a PostgreSQL as they are named there.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../prepare.mjs";
import { expect } from "./checks.mjs";
import { eventually } from "./rig.mjs";
import { HOST, keys } from "./stores.mjs";

/**
 * @param {import("./checks.mjs").Checks} checks
 * @param {import("./installation.mjs").Installation} installation
 */
export async function checkOnePod(checks, installation) {
  await checks.check("atalaya run network-anomalies whole in one pod of a CronJob", async () => {
    await createSecret(installation);
    const text = readFileSync(join(repository, "deploy/jobs/network-anomalies.yaml"), "utf8");
    const file = join(installation.folder, "network-anomalies.yaml");
    writeFileSync(file, text.replace("image: atalaya:0.1.0", `image: ${installation.images.all}`));
    await installation.kubectl(["apply", "-f", file]);
    await installation.kubectl(["create", "job", "network-anomalies-now", "--from=cronjob/network-anomalies"]);
    await eventually("the end of the Job", 240, async () => {
      const path = "jsonpath={.status.conditions[?(@.status=='True')].type}";
      const state = await installation.kubectl(["get", "job", "network-anomalies-now", "-o", path]);
      if (state.includes("Failed")) throw new Error(await installation.kubectl(["logs", "job/network-anomalies-now"]));
      return state.includes("Complete");
    });
    const log = await installation.kubectl(["logs", "job/network-anomalies-now"]);
    expect(/v\d+/.test(log), log);
    const volumes = await installation.kubectl([
      "get",
      "pods",
      "-l",
      "app.kubernetes.io/name=network-anomalies",
      "-o",
      "jsonpath={.items[*].spec.volumes}",
    ]);
    expect(!/hostPath|persistentVolumeClaim/.test(volumes), volumes);
    return log.trim().split("\n").slice(-3).join(" / ").slice(0, 160);
  });
}

/** @param {import("./installation.mjs").Installation} installation */
async function createSecret({ stores, database, namespace, cluster }) {
  const variables = {
    MINIO_ENDPOINT: `http://${HOST}:${stores.objectsPort}`,
    MINIO_ACCESS_KEY: keys.access,
    MINIO_SECRET_KEY: keys.secret,
    ATALAYA_S3_BUCKET: `atalaya-${namespace}`,
    PG_HOST: HOST,
    PG_PORT: stores.database.port,
    PG_USER: decodeURIComponent(stores.database.username),
    PG_PASSWORD: decodeURIComponent(stores.database.password),
    PG_DATABASE: database,
  };
  const words = Object.entries(variables).map(([name, value]) => `--from-literal=${name}=${value}`);
  await cluster.kubectl(["-n", namespace, "create", "secret", "generic", "network-anomalies", ...words]);
}
