// Asks each address in SERVICES until it answers with 200; says what came instead after a minute.
const addresses = (process.env.SERVICES ?? "").split(" ").filter((address) => address !== "");
const deadline = Date.now() + 60_000;
for (const address of addresses) {
  for (;;) {
    const answer = await ask(address);
    console.log(`${address} ${answer}`);
    if (answer.startsWith("200")) break;
    if (Date.now() > deadline) process.exit(1);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** @param {string} address */
async function ask(address) {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(5_000) });
    return `${response.status} ${(await response.text()).slice(0, 300)}`;
  } catch (error) {
    return error instanceof Error ? `${error.message} ${error.cause ?? ""}` : String(error);
  }
}
