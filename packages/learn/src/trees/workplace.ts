import { type BinnedTable, binTable } from "../binning/binned-table.js";
import type { FeatureMatrix } from "../features/feature-plan.js";
import { createEngine, type Engine } from "../kernels/load-kernels.js";

/** Where a fit has its bins from and who may help it. */
export interface Workplace {
  /** Threads that may work on the fit, the caller's included. */
  readonly threads: number;
  /** The matrix has no rows in memory: only its shape is known, and `bin` reads them. */
  readonly isStreamed: boolean;
  /** Bins of a matrix, made or remembered. What a fit allocates behind them is given back when it ends. */
  bin(matrix: FeatureMatrix, bins: number, validation: FeatureMatrix | undefined): BinnedTable;
  /** Called when everything is allocated; helpers may come from now on until `close`. */
  open(table: BinnedTable): void;
  close(table: BinnedTable): void;
}

/** Memories above this size are left to the garbage collector. */
const KEPT_BYTES = 256 * 1024 * 1024;

let idle: Engine | null = null;

/** One thread, nothing remembered but an engine: address space is scarcer than memory, so fits take turns on one. */
export const ownWorkplace: Workplace = {
  threads: 1,
  isStreamed: false,
  bin: (matrix, bins, validation) => {
    const engine = idle ?? createEngine();
    idle = null;
    return binTable(engine, matrix, bins, validation);
  },
  open: () => {},
  close: ({ arena }) => {
    if (arena.engine.memory.buffer.byteLength <= KEPT_BYTES) idle = arena.engine;
  },
};
