/** An answer of the server that is no success, as its problem details say. */
export class ProblemAnswer extends Error {
  override readonly name = "ProblemAnswer";
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly hint: string | null,
  ) {
    super(detail);
  }
}

/** No answer at all: the server is away, or the way to it. */
export class ServerGone extends Error {
  override readonly name = "ServerGone";
}

/** The JSON that an address answers. @throws ProblemAnswer, ServerGone */
export async function ask<Answer>(address: string, options: RequestInit = {}): Promise<Answer> {
  return (await (await request(address, options)).json()) as Answer;
}

/** Sends a JSON body. @throws ProblemAnswer, ServerGone */
export function send<Answer>(address: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
  const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return ask(address, signal === undefined ? options : { ...options, signal });
}

/** Bytes of an address. @throws ProblemAnswer, ServerGone */
export async function askBytes(address: string): Promise<Uint8Array> {
  return new Uint8Array(await (await request(address, {})).arrayBuffer());
}

async function request(address: string, options: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, options);
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    throw new ServerGone("the server does not answer", { cause });
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string; hint?: string };
  const { code = `HTTP_${response.status}`, detail = response.statusText, hint = null } = problem;
  throw new ProblemAnswer(response.status, code, detail, hint);
}
