import { createHash } from "node:crypto";
import { type Durable, describeDefinition, type Pipeline } from "@atalaya/define";

/** Identity of a definition: equal hashes mean that a run in flight can go on with it. */
export function definitionHash({ definition }: Pipeline | Durable): string {
  return createHash("sha256").update(describeDefinition(definition)).digest("hex");
}
