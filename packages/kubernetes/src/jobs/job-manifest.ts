import type { PlacedStep, TaskLaunch } from "@atalaya/run";
import { TASK_EXIT_CODES } from "@atalaya/run";
import type { KubernetesSettings, Toleration } from "@atalaya/settings";
import { runPlace, stepPlace, writeTraceparent } from "@atalaya/telemetry";
import { INSTALLATION_LABEL, MANAGED_BY, RUN_LABEL, TASK_CONTAINER } from "../api/objects.js";
import { errors } from "../errors.js";
import { jobName, stepWord, word } from "./job-name.js";
import { type Fields, readPodTemplate, underlay } from "./pod-template.js";
import { timesQuantity } from "./quantity.js";

/** Exit code of `atalaya` for a wrong setting: it is as wrong at the next attempt. */
const WRONG_USAGE = 2;
/** Longest value of a label. */
const LONGEST_LABEL = 63;
/** A node that is away is given up for this pod after so long, and not after Kubernetes' five minutes. */
const NODE_AWAY_SECONDS = 60;
const SCRATCH = "/tmp";

/** What a step may take, with what its placement says before what the settings say. */
export interface Resources {
  readonly cpu: string;
  readonly memory: string;
  readonly scratch: string;
  readonly deadlineSeconds: number;
}

export function resourcesOf(settings: KubernetesSettings, placement: PlacedStep, memoryFactor: number): Resources {
  return {
    cpu: placement.cpu ?? settings.cpu,
    memory: timesQuantity(placement.memory ?? settings.memory, memoryFactor),
    scratch: placement.scratch ?? settings.scratch,
    deadlineSeconds: placement.deadlineSeconds ?? settings.deadlineSeconds,
  };
}

/**
 * The Job of a launch. Kubernetes never repeats it: attempts are the run's own, with a Job each; but a pod that was evicted, or
 * whose node went away, is replaced by the same Job.
 *
 * @throws KUBERNETES_NO_IMAGE, KUBERNETES_POD_TEMPLATE_INVALID
 */
export function jobManifest(settings: KubernetesSettings, installation: string, launch: TaskLaunch): Fields {
  const { placement, memoryFactor, fanOut } = launch;
  const { deadlineSeconds } = resourcesOf(settings, placement, memoryFactor);
  const labels = labelsOf(settings, installation, launch);
  const annotations = { "atalaya.dev/step": stepWord(launch) };
  const pod = podOf(settings, launch, labels);
  const template = settings.podTemplate === null ? pod : underlay(readPodTemplate(settings.podTemplate), pod);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: jobName(installation, launch), labels, annotations },
    spec: {
      ...(fanOut === null
        ? { backoffLimit: 0 }
        : { completionMode: "Indexed", completions: fanOut.count, parallelism: fanOut.count, backoffLimitPerIndex: 0 }),
      activeDeadlineSeconds: deadlineSeconds,
      ttlSecondsAfterFinished: settings.keepSeconds,
      podReplacementPolicy: "Failed",
      podFailurePolicy: { rules: failureRules(fanOut !== null) },
      ...(settings.queue === null ? {} : { suspend: true }),
      template,
    },
  };
}

/** An eviction is no failure, and our word that there is no use in trying again is final. */
function failureRules(isIndexed: boolean): Fields[] {
  return [
    { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
    {
      action: isIndexed ? "FailIndex" : "FailJob",
      onExitCodes: { containerName: TASK_CONTAINER, operator: "In", values: [WRONG_USAGE, TASK_EXIT_CODES.final] },
    },
  ];
}

function labelsOf(settings: KubernetesSettings, installation: string, launch: TaskLaunch): Fields {
  return {
    ...settings.labels,
    ...(settings.queue === null ? {} : { "kueue.x-k8s.io/queue-name": settings.queue }),
    "app.kubernetes.io/name": "atalaya",
    "app.kubernetes.io/component": "task",
    [MANAGED_BY]: "atalaya",
    [INSTALLATION_LABEL]: installation,
    [RUN_LABEL]: launch.key.run,
    "atalaya.dev/pipeline": word(launch.pipeline, LONGEST_LABEL),
    "atalaya.dev/step": word(stepWord(launch), LONGEST_LABEL),
    "atalaya.dev/attempt": String(launch.key.attempt),
  };
}

function podOf(settings: KubernetesSettings, launch: TaskLaunch, labels: Fields): Fields {
  const { placement } = launch;
  const { scratch } = resourcesOf(settings, placement, 1);
  const nodeSelector = { ...settings.nodeSelector, ...placement.nodeSelector };
  const tolerations = [...settings.tolerations, ...(placement.tolerations ?? [])].map(tolerationFields);
  return {
    metadata: { labels },
    spec: {
      restartPolicy: "Never",
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      ...(settings.serviceAccount === null ? {} : { serviceAccountName: settings.serviceAccount }),
      ...(settings.pullSecrets.length === 0 ? {} : { imagePullSecrets: settings.pullSecrets.map((name) => ({ name })) }),
      ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
      tolerations: [
        ...tolerations,
        ...["not-ready", "unreachable"].map((state) => ({
          key: `node.kubernetes.io/${state}`,
          operator: "Exists",
          effect: "NoExecute",
          tolerationSeconds: NODE_AWAY_SECONDS,
        })),
      ],
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [containerOf(settings, launch)],
      volumes: [{ name: "scratch", emptyDir: { sizeLimit: scratch } }],
    },
  };
}

function containerOf(settings: KubernetesSettings, launch: TaskLaunch): Fields {
  const { cpu, memory, scratch } = resourcesOf(settings, launch.placement, launch.memoryFactor);
  if (settings.image === null) throw errors.NO_IMAGE({});
  return {
    name: TASK_CONTAINER,
    image: settings.image,
    imagePullPolicy: settings.pullPolicy,
    args: argumentsOf(settings, launch),
    env: [
      { name: "ATALAYA_HOME", value: `${SCRATCH}/atalaya` },
      { name: "HOME", value: SCRATCH },
      { name: "TMPDIR", value: SCRATCH },
      // For what the pipeline's own code traces; the command itself knows its place by run and step.
      { name: "TRACEPARENT", value: traceparentOf(launch) },
    ],
    envFrom: [
      ...settings.configMaps.map((name) => ({ configMapRef: { name } })),
      ...settings.secrets.map((name) => ({ secretRef: { name } })),
    ],
    resources: {
      requests: { cpu, memory, "ephemeral-storage": "64Mi" },
      limits: { memory, "ephemeral-storage": scratch },
    },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    volumeMounts: [{ name: "scratch", mountPath: SCRATCH }],
    // What went wrong stands in the task's row and in its log.
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

/** Pods that are launched together are told of the run, as one template is made for all of their steps. */
function traceparentOf({ key, fanOut }: TaskLaunch): string {
  return writeTraceparent(fanOut === null ? stepPlace(key.run, key.step) : runPlace(key.run));
}

/** Words for the image's entry point, the command atalaya. Kubernetes puts the index in the place of `$(…)`. */
function argumentsOf({ project }: KubernetesSettings, { key, fanOut }: TaskLaunch): string[] {
  const step = fanOut === null ? key.step : key.step.replace(/\d+$/, String(fanOut.first));
  return [
    ...(project === null ? [] : ["--project", project]),
    "task",
    key.run,
    step,
    "--attempt",
    String(key.attempt),
    ...(fanOut === null ? [] : ["--index", "$(JOB_COMPLETION_INDEX)"]),
  ];
}

function tolerationFields({ key, value, effect }: Toleration): Fields {
  return {
    key,
    ...(value === undefined ? { operator: "Exists" } : { operator: "Equal", value }),
    ...(effect === undefined ? {} : { effect }),
  };
}
