import type { FastifyInstance, FastifyReply, FastifyRequest } from "@atalaya/serve";
import { type PageFile, readPage } from "./page-files.js";

/**
 * Nothing but this server's own files runs, and nothing may frame the page: text in data stays text. `wasm-unsafe-eval`
 * lets the page compile the kernels of SHAP, which are WebAssembly; it lets no text become JavaScript.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const SECURITY_HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
} as const;

/** Addresses of the page's own screens; each is the same document. */
const SCREENS = ["/", "/predict", "/models", "/runs", "/data", "/watch", "/audit"] as const;

const NOT_BUILT =
  "<!doctype html><meta charset=utf-8><title>Atalaya</title><p>The console is not built. Build it with <code>npm run build</code>, then start again.";

/** The console's document on every screen's address, and its files. */
export function addPageRoutes(app: FastifyInstance, folder: string): void {
  const files = readPage(folder);
  const document = files.get("/index.html");
  const sendDocument = (request: FastifyRequest, reply: FastifyReply) => {
    if (document !== undefined) return sendFile(document, request, reply);
    return reply.code(503).headers(SECURITY_HEADERS).type("text/html; charset=utf-8").send(NOT_BUILT);
  };
  for (const screen of SCREENS) {
    app.get(screen, sendDocument);
    if (screen !== "/") app.get(`${screen}/*`, sendDocument);
  }
  for (const [address, file] of files) {
    if (address !== "/index.html") app.get(address, (request, reply) => sendFile(file, request, reply));
  }
}

function sendFile(file: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers(SECURITY_HEADERS).header("etag", file.tag).header("vary", "accept-encoding");
  reply.header("cache-control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.headers["if-none-match"] === file.tag) return reply.code(304).send();
  reply.type(file.type);
  const accepted = String(request.headers["accept-encoding"] ?? "");
  if (file.brotli !== null && /\bbr\b/.test(accepted)) return reply.header("content-encoding", "br").send(file.brotli);
  const gzipped = /\bgzip\b/.test(accepted) ? file.gzipped() : null;
  if (gzipped !== null) return reply.header("content-encoding", "gzip").send(gzipped);
  return reply.send(file.body);
}
