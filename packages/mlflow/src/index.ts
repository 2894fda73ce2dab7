export { type ForeignFile, type ForeignModel, readForeignFile } from "./import/foreign-file.js";
export { type FoundModel, findModelFiles, type ModelAddress, readAddress } from "./import/locate.js";
export type { MlModel } from "./import/ml-model.js";
export { localFolder, type ModelFolder } from "./import/model-folder.js";
export {
  columnsOfSignature,
  type DeclaredColumn,
  type DeclaredSignature,
  outputName,
  readSignature,
} from "./import/signature.js";
export { type TreeBundleParts, treeBundle } from "./import/tree-bundle.js";
export { keepMirror, type MirrorOptions } from "./mirror/keep-mirror.js";
export { type MlflowRoutesOptions, mlflowRoutes, protocolRoutes } from "./plugin.js";
export type { ModelFile } from "./python/model-file.js";
export { modelFolder } from "./python/provide.js";
export { type MlflowAddress, type MlflowServer, mlflowServer } from "./remote/mlflow-server.js";
export { notSupported, protocolVersion } from "./routes/server-info.js";
