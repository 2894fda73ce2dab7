import { errors } from "./errors.js";

/** Names end up in object keys, URLs and Kubernetes objects, so they follow DNS labels (RFC 1123). */
export function checkName(what: string, name: string): void {
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) throw errors.BAD_NAME({ what, name });
}
