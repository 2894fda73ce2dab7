import { Agent, request } from "node:http";

/** One answer as a user saw it. */
export interface Seen {
  readonly status: number;
  readonly body: string;
  /** Which of the bodies was sent. */
  readonly row: number;
  readonly milliseconds: number;
}

/** Users that send one body after the other with a pause between, each over a connection of its own, until told to stop. */
export function startUsers(options: {
  readonly url: string;
  readonly users: number;
  readonly pauseMs: number;
  readonly bodies: readonly string[];
  readonly onAnswer: (seen: Seen) => void;
  readonly onFailed: (error: unknown) => void;
}): { stop(): Promise<void> } {
  const { url, users, pauseMs, bodies, onAnswer, onFailed } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: users });
  let isStopped = false;
  const live = async (user: number): Promise<void> => {
    for (let turn = 0; !isStopped; turn++) {
      const row = (user * 31 + turn) % bodies.length;
      const start = performance.now();
      try {
        const { status, body } = await send(url, bodies[row] ?? "", agent);
        onAnswer({ status, body, row, milliseconds: performance.now() - start });
      } catch (error) {
        onFailed(error);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
    }
  };
  const all = Promise.all(Array.from({ length: users }, (_, user) => live(user)));
  return {
    stop: async () => {
      isStopped = true;
      await all;
      agent.destroy();
    },
  };
}

function send(url: string, body: string, agent: Agent): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const outgoing = request(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
