import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { INSTALLATION, launchOf, settings } from "../test/launches.js";
import { jobManifest } from "./job-manifest.js";
import { jobName } from "./job-name.js";
import { timesQuantity } from "./quantity.js";

test("one Job that Kubernetes does not repeat, with what our exit codes mean", () => {
  expect(jobManifest(settings, INSTALLATION, launchOf("train"))).toMatchObject({
    metadata: {
      name: jobName(INSTALLATION, launchOf("train")),
      labels: { "atalaya.dev/step": "train", "atalaya.dev/attempt": "1" },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: 21_600,
      ttlSecondsAfterFinished: 3_600,
      podFailurePolicy: {
        rules: [
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
          { action: "FailJob", onExitCodes: { containerName: "task", operator: "In", values: [2, 65] } },
        ],
      },
      template: {
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              args: ["task", launchOf("train").key.run, "train", "--attempt", "1"],
              envFrom: [{ secretRef: { name: "atalaya-database" } }],
              resources: { requests: { cpu: "1", memory: "2Gi" }, limits: { memory: "2Gi" } },
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
            },
          ],
        },
      },
    },
  });
});

test("what a step asks for goes before the settings; an attempt after one that ran out of memory has twice as much", () => {
  const placement = {
    executor: "kubernetes",
    memory: "1.5Gi",
    deadlineSeconds: 60,
    nodeSelector: { pool: "large" },
    tolerations: [{ key: "gpu" }, { key: "dedicated", value: "batch", effect: "NoSchedule" }],
  } as const;
  expect(jobManifest(settings, INSTALLATION, launchOf("train", { placement, memoryFactor: 2 }))).toMatchObject({
    spec: {
      activeDeadlineSeconds: 60,
      template: {
        spec: {
          nodeSelector: { pool: "large" },
          tolerations: [
            { key: "gpu", operator: "Exists" },
            { key: "dedicated", operator: "Equal", value: "batch", effect: "NoSchedule" },
            { key: "node.kubernetes.io/not-ready", tolerationSeconds: 60 },
            { key: "node.kubernetes.io/unreachable", tolerationSeconds: 60 },
          ],
          containers: [{ resources: { limits: { memory: "3Gi" } } }],
        },
      },
    },
  });
});

test("trials that begin together are one Indexed Job; each index is its own failure", () => {
  const fanOut = { first: 5, count: 4 };
  const manifest = jobManifest(settings, INSTALLATION, launchOf("trial 7", { fanOut }));
  expect(manifest).toMatchObject({
    spec: {
      completionMode: "Indexed",
      completions: 4,
      parallelism: 4,
      backoffLimitPerIndex: 0,
      podFailurePolicy: { rules: [{ action: "Ignore" }, { action: "FailIndex" }] },
      template: { spec: { containers: [{ args: expect.arrayContaining(["trial 5", "--index", "$(JOB_COMPLETION_INDEX)"]) }] } },
    },
  });
  expect(manifest["spec"]).not.toHaveProperty("backoffLimit");
  expect(manifest).toEqual(jobManifest(settings, INSTALLATION, launchOf("trial 5", { fanOut })));
});

test("with a queue a Job begins suspended, with Kueue's label", () => {
  expect(jobManifest({ ...settings, queue: "batch" }, INSTALLATION, launchOf("train"))).toMatchObject({
    metadata: { labels: { "kueue.x-k8s.io/queue-name": "batch" } },
    spec: { suspend: true },
  });
});

test("a pod template is laid under: volumes, sidecars and variables are added, the step's words stay", () => {
  const folder = mkdtempSync(join(tmpdir(), "atalaya-template-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const podTemplate = join(folder, "template.json");
  const container = {
    name: "task",
    args: ["other"],
    env: [
      { name: "HOME", value: "/home" },
      { name: "X", value: "1" },
    ],
  };
  const spec = {
    initContainers: [{ name: "git" }],
    volumes: [{ name: "project", emptyDir: {} }],
    containers: [container],
    priorityClassName: "low",
  };
  writeFileSync(podTemplate, JSON.stringify({ metadata: { annotations: { a: "b" } }, spec }));
  const manifest = jobManifest({ ...settings, podTemplate }, INSTALLATION, launchOf("train"));
  const { template } = manifest["spec"] as { template: { metadata: unknown; spec: Record<string, unknown> } };
  expect(template.metadata).toMatchObject({ annotations: { a: "b" }, labels: { "atalaya.dev/step": "train" } });
  expect(template.spec).toMatchObject({ priorityClassName: "low", initContainers: [{ name: "git" }], restartPolicy: "Never" });
  expect(template.spec["volumes"]).toEqual([
    { name: "scratch", emptyDir: { sizeLimit: "10Gi" } },
    { name: "project", emptyDir: {} },
  ]);
  const [task] = template.spec["containers"] as { args: string[]; env: { name: string; value: string }[] }[];
  expect(task?.args[0]).toBe("task");
  expect(task?.env.find(({ name }) => name === "HOME")?.value).toBe("/home");
  expect(task?.env.find(({ name }) => name === "X")?.value).toBe("1");
  writeFileSync(podTemplate, "[]");
  expect(() => jobManifest({ ...settings, podTemplate }, INSTALLATION, launchOf("train"))).toThrow("cannot be used");
});

test("names are DNS labels, the same for every worker, and others for each attempt, step, run and installation", () => {
  const steps = [
    "train",
    "step trim-price-tails",
    "trainOnly with-a-name-that-is-as-long-as-a-name-may-be-here-and-there",
    "trial 1000",
  ];
  const names = steps
    .flatMap((step) => [launchOf(step), launchOf(step, { attempt: 2 })])
    .map((launch) => jobName(INSTALLATION, launch));
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])$/);
  expect(jobName(INSTALLATION, launchOf("train"))).toBe(jobName(INSTALLATION, launchOf("train", { memoryFactor: 2 })));
  expect(jobName("another", launchOf("train"))).not.toBe(names[0]);
});

test.each([
  ["2Gi", 2, "4Gi"],
  ["512Mi", 4, "2048Mi"],
  ["1.5Gi", 2, "3Gi"],
  ["1000000", 1, "1000000"],
])("%s times %d is %s", (quantity, factor, product) => expect(timesQuantity(quantity, factor)).toBe(product));
