import { createServer } from "node:http";

/** What a server does with the next calls. */
export type Mood =
  | "well"
  /** It answers 503. */
  | "away"
  /** It carries the call out, and the connection ends before the answer. */
  | "silent";

export interface FlakyServer {
  readonly url: string;
  mood: Mood;
  /** Method and path of every call that reached it. */
  readonly calls: string[];
  /** Called before a call is passed on; it may change the mood. */
  before: (call: string) => void;
  close(): Promise<void>;
}

/** Stands before a server and spoils what it is told to spoil. */
export async function startFlakyServer(target: string): Promise<FlakyServer> {
  const state = { mood: "well" as Mood, calls: [] as string[], before: (_call: string) => {} };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    const passOn = async () => {
      const call = `${request.method} ${(request.url ?? "").split("?", 1)[0]}`;
      state.calls.push(call);
      state.before(call);
      const { mood } = state;
      if (mood === "away") return response.writeHead(503).end("away");
      const body = Buffer.concat(chunks);
      const answer = await fetch(`${target}${request.url}`, {
        method: request.method ?? "GET",
        ...(body.length === 0 ? {} : { body }),
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (mood === "silent") return response.destroy();
      const instance = answer.headers.get("x-atalaya-instance");
      return response.writeHead(answer.status, instance === null ? {} : { "x-atalaya-instance": instance }).end(bytes);
    };
    request.on("end", () => void passOn());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
