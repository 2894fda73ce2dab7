const byExtension: Readonly<Record<string, string>> = {
  txt: "text/plain",
  log: "text/plain",
  yaml: "text/plain",
  yml: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  py: "text/x-python",
  json: "application/json",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  pdf: "application/pdf",
};

/** Type by the name of a file. Pages and pictures that run code are given out as plain bytes. */
export function mediaTypeOf(name: string): string {
  if (name === "MLmodel" || name === "MLproject") return "text/plain";
  return byExtension[name.slice(name.lastIndexOf(".") + 1).toLowerCase()] ?? "application/octet-stream";
}
