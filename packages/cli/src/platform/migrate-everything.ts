import type { Store } from "@atalaya/store";

/**
 * Makes what is missing of the tables beside our own: the workflow engine has a schema of its own, which it brings up to date
 * when it is opened.
 */
export async function migrateEverything(store: Store): Promise<void> {
  const { openRegistry } = await import("@atalaya/registry");
  const { openRunner } = await import("@atalaya/run");
  const runner = await openRunner({ store, registry: openRegistry(store) }, { pipelines: new Map(), address: noAddress });
  await runner.close();
}

/** No pipeline is known here, so no source is read. */
function noAddress(name: string): never {
  throw new Error(`The address of ${name} is not needed.`);
}
