export type * from "./bundle/bundle.js";
export type * from "./expression/expression.js";
export type * from "./features/feature-plan.js";
export type * from "./frame/frame.js";
export type * from "./model/model.js";
export type * from "./schema/column-schema.js";
