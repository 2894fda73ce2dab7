import { resolve } from "node:path";
import type { SettingName } from "./definitions.js";
import { errors } from "./errors.js";

export type ExecutorName = "inline" | "process" | "kubernetes";

/** A taint that a pod stands; without a value any value of the key, without an effect any effect. */
export interface Toleration {
  readonly key: string;
  readonly value?: string;
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** What a step's Job is made of, as far as settings say it. */
export interface KubernetesSettings {
  /** Which cluster, as every client of Kubernetes reads it. */
  readonly kubeconfig: string | null;
  readonly serviceHost: string | null;
  readonly servicePort: string | null;
  readonly namespace: string | null;
  readonly image: string | null;
  readonly pullPolicy: "IfNotPresent" | "Always" | "Never";
  readonly pullSecrets: readonly string[];
  readonly serviceAccount: string | null;
  readonly secrets: readonly string[];
  readonly configMaps: readonly string[];
  /** Folder of the project inside the pod; null: the image's working directory. */
  readonly project: string | null;
  /** Absolute path of a JSON file with a pod template. */
  readonly podTemplate: string | null;
  readonly cpu: string;
  readonly memory: string;
  readonly scratch: string;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  readonly labels: Readonly<Record<string, string>>;
  readonly queue: string | null;
  readonly deadlineSeconds: number;
  readonly startWithinSeconds: number;
  readonly keepSeconds: number;
}

/** How a setting is read: its text with the variable that it came from, or the default. */
export interface TextReader {
  text(name: SettingName): string | null;
  variable(name: SettingName): string;
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** @throws SETTINGS_VALUE_INVALID */
export function readKubernetes(reader: TextReader): KubernetesSettings {
  const words = (name: SettingName): readonly string[] => listOf(reader.text(name));
  const needed = (name: SettingName): string => reader.text(name) ?? "";
  const template = reader.text("kubernetesPodTemplate");
  const policy = needed("kubernetesPullPolicy");
  return Object.freeze({
    kubeconfig: reader.text("kubeconfig"),
    serviceHost: reader.text("kubernetesServiceHost"),
    servicePort: reader.text("kubernetesServicePort"),
    namespace: reader.text("kubernetesNamespace"),
    image: reader.text("kubernetesImage"),
    pullPolicy: policy === "Always" || policy === "Never" ? policy : "IfNotPresent",
    pullSecrets: words("kubernetesPullSecrets"),
    serviceAccount: reader.text("kubernetesServiceAccount"),
    secrets: words("kubernetesSecrets"),
    configMaps: words("kubernetesConfigMaps"),
    project: reader.text("kubernetesProject"),
    podTemplate: template === null ? null : resolve(template),
    cpu: needed("kubernetesCpu"),
    memory: needed("kubernetesMemory"),
    scratch: needed("kubernetesScratch"),
    nodeSelector: pairsOf(reader, "kubernetesNodeSelector"),
    tolerations: words("kubernetesTolerations").map((text) => tolerationOf(reader.variable("kubernetesTolerations"), text)),
    labels: pairsOf(reader, "kubernetesLabels"),
    queue: reader.text("kubernetesQueue"),
    deadlineSeconds: secondsOf(needed("kubernetesDeadline")),
    startWithinSeconds: secondsOf(needed("kubernetesStartWithin")),
    keepSeconds: secondsOf(needed("kubernetesKeep")),
  });
}

/** True for `90s`, `15m`, `2h`, `7d`. */
export function isDuration(text: string): boolean {
  return /^[1-9][0-9]{0,8}[smhd]$/.test(text);
}

/** True for an amount as Kubernetes writes it: `500m`, `2`, `1.5`, `512Mi`, `2Gi`. */
export function isQuantity(text: string): boolean {
  return /^[0-9]+(\.[0-9]+)?(m|k|[KMGTPE]i?)?$/.test(text) && Number.parseFloat(text) > 0;
}

/** True for a name as Kubernetes has it: a DNS label (RFC 1123). */
export function isDnsLabel(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}

export function isPairs(text: string): boolean {
  return listOf(text).every((pair) => /^[^=\s]+=[^=\s]*$/.test(pair));
}

function secondsOf(text: string): number {
  return Number(text.slice(0, -1)) * SECONDS[text.slice(-1) as keyof typeof SECONDS];
}

function listOf(text: string | null): readonly string[] {
  const words = (text ?? "").split(",").map((word) => word.trim());
  return Object.freeze(words.filter((word) => word !== ""));
}

function pairsOf(reader: TextReader, name: SettingName): Readonly<Record<string, string>> {
  const pairs = listOf(reader.text(name)).map((pair): [string, string] => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return Object.freeze(Object.fromEntries(pairs));
}

/** `key=value:Effect`, with value and effect left out where any will do. */
function tolerationOf(variable: string, text: string): Toleration {
  const match = /^([^=:\s]+)(?:=([^=:\s]+))?(?::(NoSchedule|PreferNoSchedule|NoExecute))?$/.exec(text);
  if (match === null) throw errors.VALUE_INVALID({ variable, value: text, example: "dedicated=batch:NoSchedule,spot:NoExecute" });
  const [, key = "", value, effect] = match;
  return Object.freeze({
    key,
    ...(value === undefined ? {} : { value }),
    ...(effect === undefined ? {} : { effect: effect as NonNullable<Toleration["effect"]> }),
  });
}
