// Git's own server program behind HTTP, for a repository on this machine: what a Git host is to the cluster.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { join } from "node:path";
import { must } from "./rig.mjs";

/**
 * @param {string} folder  of repositories
 * @returns {Promise<{ port: number, close: () => Promise<void> }>}
 */
export async function startGitServer(folder) {
  const backend = join((await must("git", ["--exec-path"])).trim(), "git-http-backend");
  const server = createServer((request, response) => answer(backend, folder, request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, close: () => new Promise((resolve) => void server.close(() => resolve())) };
}

/**
 * CGI: the head of the answer, an empty line, its body.
 *
 * @param {string} backend
 * @param {string} folder
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
function answer(backend, folder, request, response) {
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const child = spawn(backend, [], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      REQUEST_METHOD: request.method,
      PATH_INFO: path,
      QUERY_STRING: query,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin);
  /** @type {Buffer[]} */
  const parts = [];
  child.stdout.on("data", (part) => parts.push(part));
  child.on("close", () => {
    const all = Buffer.concat(parts);
    const end = all.indexOf("\r\n\r\n");
    const fields = all.toString("latin1", 0, Math.max(end, 0)).split("\r\n");
    const pairs = fields.map((line) => line.split(": ")).filter(([name, value]) => name !== "Status" && value !== undefined);
    const status = Number(/^Status: (\d+)/m.exec(fields.join("\n"))?.[1] ?? 200);
    response.writeHead(status, Object.fromEntries(pairs)).end(all.subarray(end + 4));
  });
}
