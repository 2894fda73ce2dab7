import { existsSync } from "node:fs";
import { startReplayServer } from "@atalaya/ingest";
import type { RunnerOptions } from "@atalaya/run";
import type { Settings } from "@atalaya/settings";
import { errors } from "../errors.js";
import { type ProjectLocation, projectPath } from "./locate-project.js";
import type { Sample } from "./manifest.js";
import { isAddressSet } from "./named-addresses.js";

type Address = ReturnType<RunnerOptions["address"]>;

/** Addresses of sources: the environment's, or those of the project's samples while they are open. */
export interface Addresses {
  /** @throws SETTINGS_ADDRESS_MISSING, SETTINGS_URL_INVALID */
  readonly address: RunnerOptions["address"];
  /**
   * Opens the samples of the settings that the environment does not name, and says so. A sample that is open stays so.
   *
   * @throws SETTINGS_ADDRESS_MISSING for a setting with neither value nor sample, CLI_NO_FILE
   */
  open(names: readonly string[]): Promise<void>;
  /** Stops the replay servers, which hold their file in memory. They can be opened again. */
  close(): Promise<void>;
}

export function createAddresses(options: {
  readonly location: ProjectLocation;
  readonly settings: Settings;
  readonly say: (line: string) => void;
}): Addresses {
  const { location, settings, say } = options;
  const opened = new Map<string, OpenedSample>();
  const address = (name: string): Address => opened.get(name)?.address ?? { url: settings.address(name) };
  return {
    address,
    open: async (names) => {
      for (const name of names) {
        const sample = location.manifest.samples.get(name);
        if (opened.has(name)) continue;
        if (sample === undefined || isAddressSet(settings, name)) address(name);
        else opened.set(name, await openSample(location, name, sample, say));
      }
    },
    close: async () => {
      const all = [...opened.values()];
      opened.clear();
      await Promise.all(all.map(({ close }) => close()));
    },
  };
}

interface OpenedSample {
  readonly address: Address;
  close(): Promise<void>;
}

/** The identity names the file, not the port, which is another one at the next start: a batch must be known again. */
async function openSample(
  location: ProjectLocation,
  name: string,
  sample: Sample,
  say: (line: string) => void,
): Promise<OpenedSample> {
  const shown = sample.kind === "serve" ? sample.file : sample.folder;
  const path = projectPath(location, shown);
  if (!existsSync(path)) throw errors.NO_FILE({ path: `${path}, the sample for ${name}` });
  const identity = `sample:${name}:${shown}`;
  if (sample.kind === "folder") {
    say(`${name} is not set: reading ${shown}`);
    return { address: { url: path, identity }, close: async () => {} };
  }
  const server = await startReplayServer({ file: path, ...(sample.rows === null ? {} : { rows: sample.rows }) });
  say(`${name} is not set: replaying ${shown}`);
  return { address: { url: server.url, identity }, close: () => server.close() };
}
