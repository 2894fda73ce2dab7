export type * from "./definition.js";
export * from "./gates.js";
export type * from "./table.js";
