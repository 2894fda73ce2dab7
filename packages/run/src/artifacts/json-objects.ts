import type { ObjectReference, Store, Zone } from "@atalaya/store";

/** Stores a value as JSON under a name in a zone; equal values have one object. */
export async function writeJsonObject(
  store: Store,
  zone: Zone,
  pipeline: string,
  name: string,
  value: unknown,
): Promise<ObjectReference> {
  return store.objects.put(zone, { pipeline, name, extension: "json" }, new TextEncoder().encode(JSON.stringify(value)));
}

/** Reads what `writeJsonObject` wrote. The store has checked its hash, so the type is what was written. */
export async function readJsonObject<Value>(store: Store, reference: ObjectReference): Promise<Value> {
  return JSON.parse(new TextDecoder().decode(await store.objects.get(reference))) as Value;
}
