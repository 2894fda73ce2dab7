import { spawn } from "node:child_process";

/**
 * Starts a server that says where it listens in its first line, and always ends it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 */
export async function startServer(command, args, environment) {
  const startedAt = performance.now();
  const child = spawn(command, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    log = (log + text).slice(-5_000);
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const said = await /** @type {Promise<{ url: string, pid: number }>} */ (
    new Promise((resolve, reject) => {
      let text = "";
      child.stdout.setEncoding("utf8").on("data", (part) => {
        text += part;
        const end = text.indexOf("\n");
        if (end > 0) resolve(JSON.parse(text.slice(0, end)));
      });
      child.once("close", (code) => reject(new Error(`${command} ended with ${code}:\n${log}`)));
    })
  );
  await answers(`${said.url}/health`);
  return {
    ...said,
    readyMs: performance.now() - startedAt,
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(kill, 10_000);
      await ended;
      clearTimeout(late);
      process.off("exit", kill);
    },
  };
}

/** @param {string} url */
async function answers(url) {
  for (;;) {
    const isThere = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
