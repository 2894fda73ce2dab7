import type { FastifyInstance } from "fastify";

/** Styles and script of the page itself are all that it may load. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'";

/** `GET /docs`: every operation of `/openapi.json`, with a form to try it. Nothing is loaded from elsewhere. */
export function addDocsRoute(app: FastifyInstance): void {
  app.get("/docs", (_request, reply) =>
    reply.header("content-type", "text/html; charset=utf-8").header("content-security-policy", POLICY).send(PAGE),
  );
}

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Atalaya prediction service</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1d2733; background: #fff; }
  details { border: 1px solid #d4dbe3; border-radius: 6px; margin: .5rem 0; padding: .5rem .75rem; }
  summary { cursor: pointer; }
  code, textarea, pre { font: 14px/1.45 ui-monospace, monospace; }
  textarea, pre { width: 100%; box-sizing: border-box; }
  pre { background: #f2f5f8; padding: .5rem; overflow: auto; max-height: 24rem; white-space: pre-wrap; overflow-wrap: anywhere; }
  button { font: inherit; padding: .25rem .75rem; }
  .method { font-weight: 600; display: inline-block; min-width: 3.5rem; }
  @media (prefers-color-scheme: dark) {
    body { color: #dfe6ee; background: #12181f; } details { border-color: #36424f; } pre { background: #1c252f; }
    textarea { color: inherit; background: #1c252f; }
  }
</style>
<h1>Atalaya prediction service</h1>
<p>The document for programs: <a href="/openapi.json">/openapi.json</a></p>
<main id="operations" aria-live="polite">Loading</main>
<script>
const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const resolve = (api, schema) => schema && schema.$ref ? api.components.schemas[schema.$ref.split("/").pop()] : schema;
const exampleOf = (api, operation) => {
  const content = operation.requestBody && operation.requestBody.content["application/json"];
  if (!content) return null;
  if (content.example) return content.example;
  const options = (content.schema.anyOf || [content.schema]).map((schema) => resolve(api, schema));
  const known = options.find((schema) => schema && schema.examples);
  return known ? known.examples[0] : {};
};
const form = (api, path, method, operation) => {
  const example = exampleOf(api, operation);
  const address = element("textarea", { rows: 1, value: path, ariaLabel: "Address" });
  const body = element("textarea", { rows: 8, value: example === null ? "" : JSON.stringify(example, null, 2), ariaLabel: "Body" });
  const answer = element("pre", { textContent: "" });
  const send = element("button", { textContent: "Send" });
  send.onclick = async () => {
    const options = { method: method.toUpperCase() };
    if (example !== null && body.value.trim() !== "") Object.assign(options, { body: body.value, headers: { "content-type": "application/json" } });
    try {
      const response = await fetch(address.value, options);
      const text = await response.text();
      let shown = text;
      try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch {}
      answer.textContent = response.status + " " + response.statusText + "\\n" + shown;
    } catch (error) { answer.textContent = String(error); }
  };
  return element("div", {}, address, ...(example === null ? [] : [body]), send, answer);
};
fetch("/openapi.json").then((response) => response.json()).then((api) => {
  const list = [];
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const head = element("summary", {}, element("span", { className: "method", textContent: method.toUpperCase() }), element("code", { textContent: path }), " " + (operation.summary || ""));
      list.push(element("details", {}, head, form(api, path, method, operation)));
    }
  }
  document.getElementById("operations").replaceChildren(...list);
}, (error) => { document.getElementById("operations").textContent = String(error); });
</script>
</html>
`;
