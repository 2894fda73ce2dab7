import type { Registry } from "@atalaya/registry";
import type { PredictionService } from "@atalaya/serve";
import type { Store } from "@atalaya/store";
import type { EventHub } from "../events/event-hub.js";
import type { KnownPipeline } from "../overview/overview.js";
import type { RunControl } from "../runs/run-control.js";

/** What the console reads and changes. */
export interface ConsoleOptions {
  readonly store: Store;
  readonly registry: Registry;
  readonly service: PredictionService;
  readonly events: EventHub;
  /** In the order in which they are shown. */
  readonly pipelines: readonly KnownPipeline[];
  /** Folder of the built page. */
  readonly page: string;
  /** Version of the platform. */
  readonly version: string;
  /** Starts runs; null where this process carries none out. */
  readonly control: RunControl | null;
}
