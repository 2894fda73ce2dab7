import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { createIdGenerator } from "../answers/prediction-id.js";
import { errors } from "../errors.js";
import { PROBLEM_MEDIA_TYPE, problemOf } from "../problems/problem.js";

const nextId = createIdGenerator();

/** Answers what is no HTTP, or came too slowly, on the bare connection, and closes it. */
export function refuseBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, problem] = meaningOf(error.code);
  const body = JSON.stringify({ ...problemOf(errors.REQUEST_REFUSED({ problem }), nextId()), status });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ].join("\r\n");
  socket.end(`${head}\r\n\r\n${body}`);
}

function meaningOf(code: string | undefined): [status: number, problem: string] {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return [408, "it took too long to arrive"];
    case "HPE_HEADER_OVERFLOW":
      return [431, "its head is too large"];
    default:
      return [400, "it is no HTTP"];
  }
}
