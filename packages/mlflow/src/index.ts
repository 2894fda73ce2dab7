export { type MlflowRoutesOptions, mlflowRoutes, protocolRoutes } from "./plugin.js";
export { notSupported, protocolVersion } from "./routes/server-info.js";
