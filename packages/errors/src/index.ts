export { AtalayaError, type AtalayaErrorOptions, type ErrorDetails, isAtalayaError } from "./atalaya-error.js";
export { defineErrors, type ErrorCatalogue, type ErrorDefinition, errorCatalogue } from "./define-errors.js";
