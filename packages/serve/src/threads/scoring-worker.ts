import { parentPort } from "node:worker_threads";
import { isAtalayaError } from "@atalaya/errors";
import { scoreBody } from "../answers/score-body.js";
import { openTrustedBundle } from "../models/open-bundle.js";
import type { ScoringModel } from "../models/scoring-model.js";
import type { ScoringReply, ScoringTask } from "./messages.js";

/** Versions that a thread keeps open: those before and after a move of the alias, a challenger, and one more. */
const MOST_MODELS = 4;

const models = new Map<string, ScoringModel>();

parentPort?.on("message", (task: ScoringTask) => {
  const { reply, transfer } = carryOut(task);
  parentPort?.postMessage(reply, transfer);
});

function carryOut({ task, identity, bytes, call, body }: ScoringTask): { reply: ScoringReply; transfer: ArrayBuffer[] } {
  try {
    const model = modelOf(identity.hash, bytes);
    const start = performance.now();
    const { text, predictions: _predictions, ...rest } = scoreBody({ scoring: model, identity }, call, body);
    const encoded = new TextEncoder().encode(text);
    return {
      reply: { task, scored: { ...rest, bytes: encoded, milliseconds: performance.now() - start } },
      transfer: [encoded.buffer as ArrayBuffer],
    };
  } catch (error) {
    if (!isAtalayaError(error)) return { reply: { task, failure: String(error) }, transfer: [] };
    const { code, message, details, hint, status, retryable } = error;
    return { reply: { task, error: { code, message, details, hint, status, retryable } }, transfer: [] };
  }
}

function modelOf(hash: string, bytes: Uint8Array): ScoringModel {
  const known = models.get(hash);
  if (known !== undefined) return known;
  const model = openTrustedBundle(bytes);
  const [oldest] = models.keys();
  if (models.size >= MOST_MODELS && oldest !== undefined) models.delete(oldest);
  models.set(hash, model);
  return model;
}
