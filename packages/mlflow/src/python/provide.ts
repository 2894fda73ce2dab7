import type { Store } from "@atalaya/store";

export async function provideModelFiles(_store: Store, _path: string, _provided: Set<string>): Promise<void> {}
