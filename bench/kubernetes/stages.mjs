/** What kwok does with a node and with a pod: the node is ready, a pod runs for a while and succeeds. */

const selector = (/** @type {object[]} */ ...matchExpressions) => ({ matchExpressions });
const absent = (/** @type {string} */ key) => ({ key, operator: "DoesNotExist" });

const node = {
  apiVersion: "kwok.x-k8s.io/v1alpha1",
  kind: "Stage",
  metadata: { name: "node-ready" },
  spec: {
    resourceRef: { apiGroup: "v1", kind: "Node" },
    selector: selector({
      key: '.status.conditions.[] | select( .type == "Ready" ) | .status',
      operator: "NotIn",
      values: ["True"],
    }),
    next: {
      statusTemplate: [
        "allocatable: {cpu: '1000', memory: 4Ti, pods: '2000', ephemeral-storage: 1Ti}",
        "capacity: {cpu: '1000', memory: 4Ti, pods: '2000', ephemeral-storage: 1Ti}",
        "conditions:",
        "- {type: Ready, status: 'True', reason: KubeletReady, message: fake, lastHeartbeatTime: {{ Now | Quote }}, lastTransitionTime: {{ Now | Quote }}}",
      ].join("\n"),
    },
  },
};

/**
 * @param {string} name
 * @param {object} matches
 * @param {number} delayMs
 * @param {string} phase
 * @param {string} state  of the container, as YAML
 */
function podStage(name, matches, delayMs, phase, state) {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: "v1", kind: "Pod" },
      selector: selector(absent(".metadata.deletionTimestamp"), matches),
      delay: { durationMilliseconds: delayMs },
      next: {
        statusTemplate: [
          `phase: ${phase}`,
          "startTime: {{ Now | Quote }}",
          "conditions:",
          `- {type: Ready, status: '${phase === "Running" ? "True" : "False"}', lastTransitionTime: {{ Now | Quote }}}`,
          "- {type: PodScheduled, status: 'True', lastTransitionTime: {{ Now | Quote }}}",
          "containerStatuses:",
          "{{ range .spec.containers }}",
          `- {name: {{ .name | Quote }}, image: {{ .image | Quote }}, imageID: '', ready: ${phase === "Running"}, restartCount: 0, state: ${state}}`,
          "{{ end }}",
        ].join("\n"),
      },
    },
  };
}

const pending = { key: ".status.phase", operator: "In", values: ["Pending"] };
const running = { key: ".status.phase", operator: "In", values: ["Running"] };

/** @param {number} workMs  how long a pod runs */
export const stages = (workMs) => [
  node,
  podStage("pod-runs", pending, 100, "Running", "{running: {startedAt: {{ Now | Quote }}}}"),
  podStage(
    "pod-succeeds",
    running,
    workMs,
    "Succeeded",
    "{terminated: {exitCode: 0, reason: Completed, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }}}}",
  ),
];
