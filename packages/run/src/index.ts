export type * from "./events.js";
export type * from "./runner-contract.js";
