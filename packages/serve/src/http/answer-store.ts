/** What another process may know of a request by its key. */
type AnswerClaim =
  | { readonly state: "yours" }
  | { readonly state: "answered"; readonly bodyHash: string; readonly answer: Uint8Array }
  | { readonly state: "pending"; readonly bodyHash: string };

/** Where processes tell each other what they answered, by idempotency key. */
export interface AnswerStore {
  /** Takes a key if nobody has it. A claim without an answer lapses after `lapseMs`, an answer after `keepMs`. */
  claim(request: { key: string; bodyHash: string; claim: string; lapseMs: number; keepMs: number }): Promise<AnswerClaim>;
  keep(key: string, claim: string, answer: Uint8Array): Promise<void>;
  release(key: string, claim: string): Promise<void>;
  removeBefore(time: Date): Promise<number>;
}
