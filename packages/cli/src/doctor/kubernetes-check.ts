import type { Settings } from "@atalaya/settings";
import { type Check, saw } from "./check.js";

/** The API server answers, every right is there, and it would take the Job of a step. */
export function kubernetesCheck({ kubernetes }: Settings): Check {
  return {
    name: "Kubernetes",
    look: async () => {
      const { checkAccess } = await import("@atalaya/kubernetes");
      const { server, namespace, lacksOptional } = await checkAccess(kubernetes);
      const without = lacksOptional.length === 0 ? "" : `; it says less without the rights to ${lacksOptional.join(", ")}`;
      return saw(`${server} takes Jobs in namespace ${namespace}${without}`);
    },
    cure: "Check KUBECONFIG, or the service account of the pod (rbac.create of the chart), and ATALAYA_KUBERNETES_NAMESPACE.",
  };
}
