import { expect, test } from "vitest";
import { projectFolder } from "../test/project-folder.js";
import { hasManifest, readManifest } from "./manifest.js";

const folderOf = (atalaya: unknown): string => projectFolder({ "package.json": JSON.stringify({ name: "x", atalaya }) });

test("pipelines and samples are read", () => {
  const manifest = readManifest(
    folderOf({
      pipelines: ["models/*.ts"],
      samples: { LISTINGS_URL: { serve: "sample/sales.csv.gz", rows: 5_000 }, EVENT_LAKE: { folder: "sample" } },
    }),
  );
  expect(manifest.pipelines).toEqual(["models/*.ts"]);
  expect(Object.fromEntries(manifest.samples)).toEqual({
    LISTINGS_URL: { kind: "serve", file: "sample/sales.csv.gz", rows: 5_000 },
    EVENT_LAKE: { kind: "folder", folder: "sample" },
  });
});

test("without the key there is no manifest", () => {
  const directory = folderOf(undefined);
  expect(hasManifest(directory)).toBe(false);
  expect(readManifest(directory)).toEqual({ pipelines: null, samples: new Map() });
  expect(hasManifest(projectFolder({}))).toBe(false);
});

test.each([
  [7, "the key `atalaya` is not an object"],
  [{ pipelines: "a.ts" }, "`atalaya.pipelines` is not a list"],
  [{ pipelines: [] }, "`atalaya.pipelines` is not a list"],
  [{ pipeline: ["a.ts"] }, "`atalaya` has no key `pipeline`; did you mean `pipelines`?"],
  [{ samples: [] }, "`atalaya.samples` is not an object"],
  [{ samples: { A: { serve: "a.csv", folder: "b" } } }, "`atalaya.samples.A` needs either"],
  [{ samples: { A: {} } }, "`atalaya.samples.A` needs either"],
  [{ samples: { A: { serve: "a.csv", rows: 0 } } }, "`atalaya.samples.A`.rows is not a number of rows"],
  [{ samples: { A: { serve: "a.csv", row: 5 } } }, "has no key `row`; did you mean `rows`?"],
])("%j is refused by name", (atalaya, why) => {
  expect(() => readManifest(folderOf(atalaya))).toThrow(why);
});

test("a package.json that is not JSON is named", () => {
  const directory = projectFolder({ "package.json": "{ oops" });
  expect(hasManifest(directory)).toBe(false);
  expect(() => readManifest(directory)).toThrow(`${directory}/package.json: it is not JSON`);
});
