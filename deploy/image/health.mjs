// What HEALTHCHECK runs: there is no curl in the image. Kubernetes asks /health and /ready itself.
const port = process.env.ATALAYA_PORT || "4600";
try {
  const { ok } = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2_500) });
  process.exitCode = ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
