import { defineErrors } from "@atalaya/errors";

type Because = { because: string };
type OfStep = { step: string; job: string };
type Waits = OfStep & { because: string };

const SHOWN = "Look at it: kubectl describe job";

/** Errors of launching steps as Jobs. Each hint names the setting to change. */
export const errors = defineErrors("KUBERNETES", {
  NO_CLUSTER: {
    status: 400,
    message: () => "There is no Kubernetes to launch steps on: this is no pod, and there is no kubeconfig.",
    hint: () => "Set KUBECONFIG to the file that kubectl uses, or ATALAYA_EXECUTOR=inline to run steps here.",
  },
  KUBECONFIG_INVALID: {
    status: 400,
    message: ({ file, because }: { file: string; because: string }) => `The kubeconfig ${file} cannot be used: ${because}.`,
    hint: () => "Check it with kubectl config view, or set KUBECONFIG to another one.",
  },
  CREDENTIAL_COMMAND: {
    status: 500,
    retryable: true,
    message: ({ command, because }: { command: string; because: string }) =>
      `${command}, which the kubeconfig names for credentials, gave none: ${because}.`,
    hint: () => "Run it by hand: it may ask for a login.",
  },
  NO_IMAGE: {
    status: 400,
    message: () => "Steps are to run as Jobs, and no image is named for them.",
    hint: () => "Set ATALAYA_KUBERNETES_IMAGE to the worker's own image.",
  },
  POD_TEMPLATE_INVALID: {
    status: 400,
    message: ({ file, because }: { file: string; because: string }) => `The pod template ${file} cannot be used: ${because}.`,
    hint: () => "ATALAYA_KUBERNETES_POD_TEMPLATE names a JSON file with `metadata` and `spec` of a pod template.",
  },
  API_AWAY: {
    status: 503,
    retryable: true,
    message: ({ server, because }: { server: string; because: string }) =>
      `The API server ${server} does not answer: ${because}.`,
    hint: () => "Check that it runs and that this process may reach it (NetworkPolicy, proxy).",
  },
  UNAUTHORISED: {
    status: 401,
    message: ({ server }: { server: string }) => `The API server ${server} does not accept this process's credentials.`,
    hint: () => "In a pod: give it a service account with a mounted token. Elsewhere: log in again and check KUBECONFIG.",
  },
  FORBIDDEN: {
    status: 403,
    message: ({ because }: Because) => `The API server forbids it: ${because}`,
    hint: () =>
      "Give the worker's service account a Role with: jobs (create, get, list, watch, delete), pods (get, list, watch), pods/log (get), events (create, list). `atalaya doctor` says which are missing.",
  },
  QUOTA_EXCEEDED: {
    status: 403,
    message: ({ because }: Because) => `The namespace has no quota left for this step: ${because}`,
    hint: () =>
      "Raise the ResourceQuota, or ask for less: ATALAYA_KUBERNETES_CPU, ATALAYA_KUBERNETES_MEMORY, or .runsOn() of the pipeline. Queued Jobs wait for quota: ATALAYA_KUBERNETES_QUEUE.",
  },
  NAMESPACE_MISSING: {
    status: 404,
    message: ({ namespace }: { namespace: string }) => `There is no namespace ${namespace}.`,
    hint: () => "Make it, or set ATALAYA_KUBERNETES_NAMESPACE.",
  },
  JOB_REFUSED: {
    status: 422,
    message: ({ job, because }: { job: string; because: string }) => `The API server refuses the Job ${job}: ${because}`,
    hint: () => "Check ATALAYA_KUBERNETES_* and the pod template; `atalaya doctor` tries a Job without making it.",
  },
  JOB_OF_OTHERS: {
    status: 409,
    message: ({ job }: { job: string }) => `There is a Job ${job} that another installation has made.`,
    hint: () => "Remove it, or set ATALAYA_KUBERNETES_NAMESPACE to another namespace.",
  },
  IMAGE_UNAVAILABLE: {
    status: 424,
    message: ({ step, job, because }: Waits) => `The image of ${step} (Job ${job}) cannot be had: ${because}`,
    hint: () =>
      "Check ATALAYA_KUBERNETES_IMAGE, ATALAYA_KUBERNETES_PULL_POLICY, and ATALAYA_KUBERNETES_PULL_SECRETS for a private registry.",
  },
  CONFIGURATION_MISSING: {
    status: 424,
    message: ({ step, job, because }: Waits) => `The pod of ${step} (Job ${job}) cannot be made: ${because}`,
    hint: () =>
      "Make the Secret or ConfigMap that it names, or take it out of ATALAYA_KUBERNETES_SECRETS, ATALAYA_KUBERNETES_CONFIG_MAPS or the pod template.",
  },
  UNSCHEDULABLE: {
    status: 424,
    message: ({ step, job, because }: Waits) => `No node takes the pod of ${step} (Job ${job}): ${because}`,
    hint: () =>
      "Ask for less (ATALAYA_KUBERNETES_CPU, ATALAYA_KUBERNETES_MEMORY), check ATALAYA_KUBERNETES_NODE_SELECTOR and ATALAYA_KUBERNETES_TOLERATIONS, or give a node that is being made more time: ATALAYA_KUBERNETES_START_WITHIN.",
  },
  PODS_REFUSED: {
    status: 403,
    message: ({ step, job, because }: Waits) => `No pod may be made for ${step} (Job ${job}): ${because}`,
    hint: () =>
      "Raise the quota or ask for less (ATALAYA_KUBERNETES_CPU, ATALAYA_KUBERNETES_MEMORY), make ATALAYA_KUBERNETES_SERVICE_ACCOUNT, or let the pod template follow the namespace's Pod Security.",
  },
  NOT_STARTED: {
    status: 504,
    message: ({ step, job, seconds }: OfStep & { seconds: number }) =>
      `The pod of ${step} (Job ${job}) did not start within ${seconds} s.`,
    hint: ({ job }: OfStep & { seconds: number }) => `${SHOWN} ${job}. More time: ATALAYA_KUBERNETES_START_WITHIN.`,
  },
  OUT_OF_MEMORY: {
    status: 507,
    retryable: true,
    message: ({ step, memory }: OfStep & { memory: string }) => `${step} was ended for its memory: it may take ${memory}.`,
    hint: () => "Raise ATALAYA_KUBERNETES_MEMORY, or the memory of the step in .runsOn(). Each attempt gets twice as much.",
  },
  DEADLINE_EXCEEDED: {
    status: 504,
    message: ({ step, seconds }: OfStep & { seconds: number }) => `${step} took longer than it may (${seconds} s).`,
    hint: () => "Raise ATALAYA_KUBERNETES_DEADLINE, or the deadline of the step in .runsOn().",
  },
  EVICTED: {
    status: 503,
    retryable: true,
    message: ({ step, job, because }: Waits) => `The pod of ${step} (Job ${job}) was evicted: ${because}`,
    hint: () =>
      "Nothing is wrong with the step. When it was for the node's memory or disk: ATALAYA_KUBERNETES_MEMORY and ATALAYA_KUBERNETES_SCRATCH say what it needs.",
  },
  POD_GONE: {
    status: 503,
    retryable: true,
    message: ({ step, job, because }: Waits) => `The pod of ${step} (Job ${job}) is gone: ${because}`,
    hint: () => "Nothing is wrong with the step: it is tried again.",
  },
  JOB_GONE: {
    status: 503,
    retryable: true,
    message: ({ step, job }: OfStep) => `The Job ${job} of ${step} was removed while it went on.`,
    hint: () => "To end a run, cancel it: atalaya runs cancel <id>.",
  },
  POD_WRONG_SETTING: {
    status: 400,
    message: ({ step, job, words }: OfStep & { words: string }) => `The pod of ${step} (Job ${job}) could not begin: ${words}`,
    hint: () =>
      "A pod has the variables of ATALAYA_KUBERNETES_SECRETS and ATALAYA_KUBERNETES_CONFIG_MAPS, and the project of its image or of ATALAYA_KUBERNETES_PROJECT.",
  },
  POD_FAILED: {
    status: 500,
    retryable: true,
    message: ({ step, job, how }: OfStep & { how: string }) => `The pod of ${step} (Job ${job}) ended by ${how}.`,
    hint: () => "Look at what it printed: atalaya logs <run> <step>.",
  },
});
