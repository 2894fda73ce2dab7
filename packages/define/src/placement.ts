import type { PlacementDefinition, RunsOnDefinition, StepPlacementDefinition, TolerationDefinition } from "./definition.js";
import { parseDuration } from "./durations.js";
import { errors } from "./errors.js";

/** Where steps run: in the worker, each in a process of its own, or each as one Job on Kubernetes. */
export type Executor = RunsOnDefinition["executor"];

/** Steps of the chain as the console draws them; those of your own by their names. */
export type StepName =
  | "ingest"
  | "validate"
  | "keep raw"
  | "decide"
  | `step ${string}`
  | "features"
  | "split"
  | `trainOnly ${string}`
  | "keep clean"
  /** Every trial of the tuning. */
  | "tune"
  | "train"
  | "ingest replay"
  | "validate replay"
  | "evaluate"
  | "gate"
  | "register"
  | "promote";

/** What a step asks of the machine it runs on; what is left out is as the settings say. */
export interface Placement {
  /** Processors, as Kubernetes writes them: `500m`, `4`. */
  readonly cpu?: string;
  /** Request and limit: `512Mi`, `16Gi`. */
  readonly memory?: string;
  /** Most that it may write to its scratch folder. */
  readonly scratch?: string;
  /** Labels that its node must have. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Taints that it stands. */
  readonly tolerations?: readonly TolerationDefinition[];
  /** Longest that it may take: `2h`. */
  readonly deadline?: string;
}

export interface RunsOnOptions extends Placement {
  /** Steps that ask for something else, or run somewhere else: `{ train: { memory: "16Gi" }, promote: { executor: "inline" } }`. */
  readonly steps?: { readonly [Step in StepName]?: Placement & { readonly executor?: Executor } };
}

const STEP =
  /^(ingest|validate|keep raw|decide|features|split|keep clean|tune|train|ingest replay|validate replay|evaluate|gate|register|promote|(step|trainOnly) .+)$/;
const QUANTITY = /^[0-9]+(\.[0-9]+)?(m|k|[KMGTPE]i?)?$/;

/** @throws DEFINE_UNKNOWN_STEP, DEFINE_BAD_QUANTITY, DEFINE_BAD_DURATION */
export function runsOnDefinition(executor: Executor, { steps = {}, ...placement }: RunsOnOptions): RunsOnDefinition {
  const placed = Object.entries(steps).map(([step, own]): [string, StepPlacementDefinition] => {
    if (!STEP.test(step)) throw errors.UNKNOWN_STEP({ step });
    const { executor: other, ...asks } = own ?? {};
    return [step, { ...placementDefinition(asks), ...(other === undefined ? {} : { executor: other }) }];
  });
  return { executor, placement: placementDefinition(placement), steps: Object.fromEntries(placed) };
}

function placementDefinition({ deadline, ...asks }: Placement): PlacementDefinition {
  for (const what of ["cpu", "memory", "scratch"] as const) {
    const value = asks[what];
    if (value !== undefined && !(QUANTITY.test(value) && Number.parseFloat(value) > 0))
      throw errors.BAD_QUANTITY({ what, value });
  }
  return deadline === undefined ? asks : { ...asks, deadlineSeconds: parseDuration(deadline) / 1_000 };
}
