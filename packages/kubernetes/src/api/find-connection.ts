import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { KubernetesSettings } from "@atalaya/settings";
import { errors } from "../errors.js";
import type { Connection } from "./connection.js";
import { inClusterConnection } from "./in-cluster.js";
import { kubeconfigConnection } from "./kubeconfig.js";

/**
 * The cluster that is meant: of KUBECONFIG, of the pod that this is, or of ~/.kube/config, in this order.
 *
 * @throws KUBERNETES_NO_CLUSTER, KUBERNETES_KUBECONFIG_INVALID
 */
export function findConnection({
  kubeconfig,
  serviceHost,
  servicePort,
}: Pick<KubernetesSettings, "kubeconfig" | "serviceHost" | "servicePort">): Connection {
  if (kubeconfig !== null) return kubeconfigConnection(kubeconfig.split(delimiter).filter((file) => file !== ""));
  const inCluster = inClusterConnection({ host: serviceHost, port: servicePort });
  if (inCluster !== null) return inCluster;
  const usual = join(homedir(), ".kube", "config");
  if (existsSync(usual)) return kubeconfigConnection([usual]);
  throw errors.NO_CLUSTER({});
}
