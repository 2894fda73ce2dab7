export { type CancelledRun, type CancelRequest, cancelRun } from "./control/cancel-run.js";
export { findRun } from "./control/find-run.js";
export type * from "./events.js";
export { FLOWS, type RunRequest } from "./run-request.js";
export { openRunner, type RunnerContext } from "./runner.js";
export type * from "./runner-contract.js";
export { keepWatch, type WatchOptions } from "./schedule/keep-watch.js";
