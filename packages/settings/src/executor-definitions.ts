import type { SettingDefinition } from "./definitions.js";

/** Where steps run, and as what kind of Job where they run on Kubernetes. */
export const executorDefinitions = {
  executor: {
    variables: ["ATALAYA_EXECUTOR"],
    kind: "choice",
    choices: ["inline", "process", "kubernetes"],
    default: null,
    doc: "Where steps run: in the worker itself, each in a process of its own, or each as a Job. It goes before what pipelines say; unset: what a pipeline says, else inline.",
  },
  kubernetesNamespace: {
    variables: ["ATALAYA_KUBERNETES_NAMESPACE"],
    kind: "label",
    default: null,
    doc: "Namespace of the Jobs; unset: that of the worker's own pod, or of the current context.",
  },
  kubernetesImage: {
    variables: ["ATALAYA_KUBERNETES_IMAGE"],
    kind: "text",
    default: null,
    doc: "Image of a step's pod: the worker's own, with the project in it. Its entry point is the command atalaya.",
  },
  kubernetesPullPolicy: {
    variables: ["ATALAYA_KUBERNETES_PULL_POLICY"],
    kind: "choice",
    choices: ["IfNotPresent", "Always", "Never"],
    default: "IfNotPresent",
    doc: "When the image of a step's pod is pulled.",
  },
  kubernetesPullSecrets: {
    variables: ["ATALAYA_KUBERNETES_PULL_SECRETS"],
    kind: "list",
    default: null,
    doc: "Secrets with the registry's credentials, with commas between them.",
  },
  kubernetesServiceAccount: {
    variables: ["ATALAYA_KUBERNETES_SERVICE_ACCOUNT"],
    kind: "text",
    default: null,
    doc: "Service account of a step's pod, which needs no right at all and mounts no token; unset: the namespace's default.",
  },
  kubernetesSecrets: {
    variables: ["ATALAYA_KUBERNETES_SECRETS"],
    kind: "list",
    default: null,
    doc: "Secrets whose keys a step's pod has as variables: those of PostgreSQL and of the object store.",
  },
  kubernetesConfigMaps: {
    variables: ["ATALAYA_KUBERNETES_CONFIG_MAPS"],
    kind: "list",
    default: null,
    doc: "ConfigMaps whose keys a step's pod has as variables: addresses of sources, names of buckets.",
  },
  kubernetesProject: {
    variables: ["ATALAYA_KUBERNETES_PROJECT"],
    kind: "text",
    default: null,
    doc: "Folder of the project inside a step's pod; unset: the working directory of the image.",
  },
  kubernetesPodTemplate: {
    variables: ["ATALAYA_KUBERNETES_POD_TEMPLATE"],
    kind: "path",
    default: null,
    doc: "JSON file with a pod template (metadata and spec) that a step's pod is laid over: volumes, init containers, sidecars. Its container `task` is the step's.",
  },
  kubernetesCpu: {
    variables: ["ATALAYA_KUBERNETES_CPU"],
    kind: "quantity",
    default: "1",
    doc: "Processors that a step's pod asks for.",
  },
  kubernetesMemory: {
    variables: ["ATALAYA_KUBERNETES_MEMORY"],
    kind: "quantity",
    default: "2Gi",
    doc: "Memory of a step's pod, as request and limit. A step that runs out of it is tried again with twice as much.",
  },
  kubernetesScratch: {
    variables: ["ATALAYA_KUBERNETES_SCRATCH"],
    kind: "quantity",
    default: "10Gi",
    doc: "Most that a step's pod may write to its scratch folder, an emptyDir; the rest of its disk is read-only.",
  },
  kubernetesNodeSelector: {
    variables: ["ATALAYA_KUBERNETES_NODE_SELECTOR"],
    kind: "pairs",
    default: null,
    doc: "Labels of the nodes that steps may run on, such as pool=batch,disk=ssd.",
  },
  kubernetesTolerations: {
    variables: ["ATALAYA_KUBERNETES_TOLERATIONS"],
    kind: "list",
    default: null,
    doc: "Taints that a step's pod stands, such as dedicated=batch:NoSchedule,spot:NoExecute.",
  },
  kubernetesLabels: {
    variables: ["ATALAYA_KUBERNETES_LABELS"],
    kind: "pairs",
    default: null,
    doc: "Labels of Jobs and pods beside our own, such as team=risk.",
  },
  kubernetesQueue: {
    variables: ["ATALAYA_KUBERNETES_QUEUE"],
    kind: "label",
    default: null,
    doc: "Kueue's LocalQueue: Jobs begin suspended with its label, and are queued until it lets them go.",
  },
  kubernetesDeadline: {
    variables: ["ATALAYA_KUBERNETES_DEADLINE"],
    kind: "duration",
    default: "6h",
    doc: "Longest that one step may take, waiting included (90s, 15m, 2h, 1d).",
  },
  kubernetesStartWithin: {
    variables: ["ATALAYA_KUBERNETES_START_WITHIN"],
    kind: "duration",
    default: "10m",
    doc: "Longest that a step's pod may wait for a node, its image or its Secrets before the run fails and says for what; a queued Job may wait longer.",
  },
  kubernetesKeep: {
    variables: ["ATALAYA_KUBERNETES_KEEP"],
    kind: "duration",
    default: "1h",
    doc: "How long a finished Job and its pod are kept for looking at. Their log is kept in the object store.",
  },
} as const satisfies Record<string, SettingDefinition>;
