import type { FastifyInstance } from "@atalaya/serve";
import type { ConsoleEvent, EventHub } from "./event-hub.js";

/** Sent into silence, so that a proxy keeps the connection and a page knows that it is alive. */
const HEARTBEAT_MS = 15_000;

/** `GET /v1/console/events`: server-sent events, one JSON object each. */
export function addEventStream(app: FastifyInstance, hub: EventHub): void {
  const ends = new Set<() => void>();
  app.get("/v1/console/events", (request, reply) => {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    raw.write("retry: 2000\n\n");
    const send = (event: ConsoleEvent): void => {
      raw.write(`data: ${JSON.stringify(event)}\n\n`);
    };
    const stop = hub.listen(send);
    const heartbeat = setInterval(() => raw.write(": still here\n\n"), HEARTBEAT_MS);
    const end = (): void => {
      clearInterval(heartbeat);
      stop();
      ends.delete(end);
      raw.end();
    };
    ends.add(end);
    request.raw.on("close", end);
  });
  // An open stream would keep a closing server waiting until its patience ends.
  app.addHook("preClose", (done) => {
    for (const end of [...ends]) end();
    done();
  });
}
