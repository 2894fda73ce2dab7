import type { Store, Zone } from "@atalaya/store";

const zones: readonly Zone[] = ["raw", "silver", "models", "eval"];

/**
 * An object goes into each zone and comes out unchanged; a bucket that is missing is made. Its content never changes, so it
 * is one object for ever.
 *
 * @returns where the objects lie
 * @throws STORE_OBJECT_…
 */
export async function probeObjects({ objects }: Pick<Store, "objects">): Promise<string> {
  const bytes = new TextEncoder().encode("atalaya doctor");
  for (const zone of zones) {
    const reference = await objects.put(zone, { pipeline: "doctor", name: "probe", extension: "txt" }, bytes);
    await objects.get(reference);
  }
  return objects.location;
}
