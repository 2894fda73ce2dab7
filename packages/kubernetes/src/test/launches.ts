import type { TaskLaunch, TaskWatcher } from "@atalaya/run";
import { readSettings } from "@atalaya/settings";

export const settings = readSettings({
  ATALAYA_KUBERNETES_IMAGE: "registry.example/atalaya:1",
  ATALAYA_KUBERNETES_NAMESPACE: "models",
  ATALAYA_KUBERNETES_SECRETS: "atalaya-database",
  ATALAYA_KUBERNETES_START_WITHIN: "2s",
}).kubernetes;

export const INSTALLATION = "0b0e7c3a-6d3c-4f39-8a6f-0a4f6e7f1c11";

export function launchOf(step: string, more: Partial<TaskLaunch> & { readonly attempt?: number } = {}): TaskLaunch {
  const { attempt = 1, ...rest } = more;
  return {
    key: { run: "5a1c9f52-3d0c-4a86-9a53-8f0f3d1d9b77", step, attempt },
    pipeline: "house-prices",
    placement: { executor: "kubernetes" },
    memoryFactor: 1,
    fanOut: null,
    logAfter: null,
    ...rest,
  };
}

export interface Heard extends TaskWatcher {
  readonly notes: string[];
  readonly lines: string[];
  readonly places: string[];
  readonly release: AbortController;
  readonly whole: Promise<void>;
}

/** A watcher that remembers. */
export function listening(): Heard {
  const release = new AbortController();
  const notes: string[] = [];
  const lines: string[] = [];
  const places: string[] = [];
  let end = (): void => {};
  const whole = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    notes,
    lines,
    places,
    release,
    whole,
    line: (text, at) => lines.push(`${at} ${text}`),
    lastLine: () => end(),
    note: (text) => notes.push(text),
    place: (text) => places.push(text),
    signal: release.signal,
  };
}
