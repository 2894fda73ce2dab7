export { type MlflowRoutesOptions, mlflowRoutes, protocolRoutes } from "./plugin.js";
