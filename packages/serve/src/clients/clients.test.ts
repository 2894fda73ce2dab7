import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LinearServer, linearServer } from "../test/linear-server.js";
import type { ClientSubject } from "./client-names.js";
import { pythonClient } from "./python-client.js";
import { typescriptClient } from "./typescript-client.js";

let server: LinearServer;
let url: string;
let folder: string;
let subject: ClientSubject;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "atalaya-clients-"));
  server = await linearServer();
  url = await server.app.listen({ host: "127.0.0.1", port: 0 });
  const model = server.service.pipeline("house-prices").ready();
  subject = { ...model.scoring, pipeline: model.pipeline, version: model.version };
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the TypeScript client", () => {
  interface Client {
    predict(row: object): Promise<{ id: string; prediction: { value: number } }>;
    predictAll(rows: readonly object[]): Promise<{ predictions: { value: number }[] }>;
    explain(row: object, top?: number): Promise<{ explanation: { effects: object[] } }>;
  }

  it("asks a live server and tells its problems", async () => {
    const file = join(folder, "client.ts");
    writeFileSync(file, typescriptClient(subject));
    const made = (await import(pathToFileURL(file).href)) as { HousePricesClient: new (url: string) => Client };
    const client = new made.HousePricesClient(`${url}/`);
    expect((await client.predict({ bed: 3 })).prediction.value).toBe(1030);
    expect((await client.predictAll([{ bed: 1 }, { bed: 2 }])).predictions.map(({ value }) => value)).toEqual([1010, 1020]);
    expect((await client.explain({ bed: 3 }, 1)).explanation.effects).toHaveLength(1);
    await expect(client.predict({ bed: "x" })).rejects.toMatchObject({
      name: "HousePricesError",
      status: 422,
      code: "SERVE_BAD_ROWS",
      errors: [{ field: "bed" }],
    });
  });

  it("has the model's types: a wrong column, level or unit does not compile", () => {
    writeFileSync(join(folder, "client.ts"), typescriptClient(subject));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    writeFileSync(
      join(folder, "use.ts"),
      `import { HousePricesClient } from "./client.js";
const client = new HousePricesClient("http://localhost");
const { prediction } = await client.predict({ bed: 3, status: "sold", houseSize: null });
export const unit: "USD" = prediction.unit;
// @ts-expect-error bed is required
client.predict({ status: "sold" });
// @ts-expect-error there is no such level
client.predict({ bed: 3, status: "bought" });
// @ts-expect-error there is no such column
client.predict({ bed: 3, beds: 4 });
// @ts-expect-error a number is no text
client.predict({ bed: "3" });
`,
    );
    const compiler = fileURLToPath(new URL("../../../../node_modules/typescript/bin/tsc", import.meta.url));
    const options = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2023,dom", "--types", ""];
    const { status, stdout } = spawnSync(process.execPath, [compiler, ...options, join(folder, "use.ts")], {
      encoding: "utf8",
      cwd: folder,
    });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});

const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);

describe("the Python client", () => {
  it.skipIf(python === undefined)("asks a live server and tells its problems", async () => {
    writeFileSync(join(folder, "client.py"), pythonClient(subject));
    const script = `
import json, sys
from client import HousePricesClient, HousePricesError
client = HousePricesClient(sys.argv[1])
out = [client.predict({"bed": 3})["prediction"]["value"], len(client.predict_all([{"bed": 1}, {"bed": 2}])["predictions"]),
       len(client.explain({"bed": 3}, top=1)["explanation"]["effects"])]
try:
    client.predict({"bed": "x"})
except HousePricesError as error:
    out += [error.status, error.code, error.errors[0]["field"]]
print(json.dumps(out))
`;
    const { spawn } = await import("node:child_process");
    const child = spawn(python ?? "", ["-c", script, url], { cwd: folder });
    let output = "";
    child.stdout.on("data", (part) => {
      output += String(part);
    });
    child.stderr.on("data", (part) => {
      output += String(part);
    });
    await new Promise((resolve) => child.on("close", resolve));
    expect(JSON.parse(output)).toEqual([1030, 2, 1, 422, "SERVE_BAD_ROWS", "bed"]);
  });

  it("writes every task and column that there is", () => {
    const odd = {
      pipeline: "3-odd.names",
      version: 2,
      target: null,
      classes: ['a"b', "c"],
      example: null,
      task: "classification",
      inputs: [
        {
          name: "with space",
          from: [],
          type: "category",
          levels: ['q"uote', "*/"],
          optional: false,
          description: "ends */ here",
        },
        { name: "at", from: [], type: "time", optional: true },
      ],
    } as const;
    for (const task of ["classification", "anomaly"] as const) {
      const text = pythonClient({ ...odd, task });
      expect(text).toContain("class Model3OddNamesClient");
      expect(typescriptClient({ ...odd, task })).toContain("export class Model3OddNamesClient");
      if (python === undefined) continue;
      writeFileSync(join(folder, "odd.py"), text);
      expect(spawnSync(python, ["-c", "import odd"], { cwd: folder, encoding: "utf8" }).stderr).toBe("");
    }
  });
});
