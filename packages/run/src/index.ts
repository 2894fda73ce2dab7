export type * from "./events.js";
export { openRunner, type RunnerContext } from "./runner.js";
export type * from "./runner-contract.js";
