import { randomBytes } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";

const TRACE_PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Who asks: what the caller calls itself (`x-client-id`), else its address. */
export function callerOf(request: FastifyRequest): string {
  const name = request.headers["x-client-id"];
  return typeof name === "string" && name !== "" ? name.slice(0, 100) : request.ip;
}

/** The trace that a request belongs to (W3C Trace Context); its answer names the span that answered. null: none was given. */
export function continueTrace(request: FastifyRequest, reply: FastifyReply): string | null {
  const given = request.headers.traceparent;
  if (typeof given !== "string") return null;
  const [, version, trace, parent, flags] = TRACE_PARENT.exec(given) ?? [];
  if (trace === undefined || version === "ff" || /^0+$/.test(trace) || /^0+$/.test(parent ?? "0")) return null;
  reply.header("traceparent", `00-${trace}-${randomBytes(8).toString("hex")}-${flags}`);
  return trace;
}
