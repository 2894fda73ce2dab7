import { type ClientSubject, describeColumn, typeNameOf } from "./client-names.js";

/** A client for one pipeline as a Python module (3.9 or newer) of the standard library alone, with the types of its columns. */
export function pythonClient(subject: ClientSubject): string {
  const name = typeNameOf(subject.pipeline);
  const { pipeline, version } = subject;
  return `# Written by \`atalaya client ${pipeline} --language python\` from version ${version}. Write it again after the columns have changed.
from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any, Dict, List, Literal, Optional, TypedDict, Union

${inputType(subject, name)}

${predictionType(subject, name)}

${SHARED.replaceAll("NAME", name).replaceAll("PIPELINE", pipeline)}`;
}

/** The functional form: a column may be called what is no name in Python. */
function inputType({ inputs }: ClientSubject, name: string): string {
  const line = (column: ClientSubject["inputs"][number]) => {
    const about = describeColumn(column);
    const type = column.optional ? `Optional[${typeOf(column)}]` : typeOf(column);
    return `    ${text(column.name)}: ${type},${about === "" ? "" : `  # ${about}`}`;
  };
  const required = inputs.filter(({ optional }) => !optional).map(line);
  const optional = inputs.filter((column) => column.optional).map(line);
  return `_${name}Required = TypedDict("_${name}Required", {
${required.join("\n")}
})
_${name}Optional = TypedDict("_${name}Optional", {
${optional.join("\n")}
}, total=False)


class ${name}Input(_${name}Required, _${name}Optional):
    """One row."""
`;
}

function typeOf({ type, levels }: ClientSubject["inputs"][number]): string {
  switch (type) {
    case "number":
      return "float";
    case "integer":
      return "int";
    case "boolean":
      return "bool";
    case "time":
      return "Union[str, float]";
    default:
      return levels === undefined || levels.length === 0 ? "str" : `Literal[${levels.map(text).join(", ")}]`;
  }
}

function predictionType({ task, classes }: ClientSubject, name: string): string {
  switch (task) {
    case "regression":
      return `class ${name}Prediction(TypedDict):\n    value: float\n    unit: Optional[str]\n`;
    case "classification":
      return `class ${name}Prediction(TypedDict):\n    label: Literal[${(classes ?? []).map(text).join(", ")}]\n    probability: Dict[str, float]\n`;
    case "anomaly":
      return `class ${name}Prediction(TypedDict):\n    score: float\n    threshold: float\n    alert: bool\n`;
  }
}

/** A text as Python reads it: JSON's escapes are Python's, pairs of surrogates aside, which JSON leaves as they are. */
function text(value: string): string {
  return JSON.stringify(value);
}

const SHARED = `class NAMEAnswer(TypedDict):
    id: str
    pipeline: str
    version: int
    alias: Optional[str]
    model: str
    prediction: NAMEPrediction


class NAMEError(Exception):
    """What the service refused, and why: problem details of RFC 9457."""

    def __init__(self, status: int, problem: Dict[str, Any]):
        super().__init__(problem.get("detail", f"The service answered {status}"))
        self.status = status
        self.code = problem.get("code", "UNKNOWN")
        self.errors = problem.get("errors", [])


class NAMEClient:
    def __init__(self, url: str, headers: Optional[Dict[str, str]] = None, retries: int = 2, timeout: float = 30.0):
        self._url = url.rstrip("/") + "/v1/pipelines/PIPELINE/"
        self._headers = {**(headers or {}), "content-type": "application/json"}
        self._retries = retries
        self._timeout = timeout

    def predict(self, row: NAMEInput) -> NAMEAnswer:
        return self._post("predict", row)

    def predict_all(self, rows: List[NAMEInput]) -> Dict[str, Any]:
        return self._post("predict", {"rows": rows})

    def explain(self, row: NAMEInput, top: Optional[int] = None) -> Dict[str, Any]:
        return self._post("explain" if top is None else f"explain?top={top}", row)

    def feedback(self, id: str, label: Union[float, str, bool]) -> Dict[str, Any]:
        """Says what was true of an answer; row n of several is id:n."""
        return self._post("feedback", {"id": id, "label": label})

    def _post(self, action: str, body: Any) -> Any:
        attempt = 0
        while True:
            request = urllib.request.Request(self._url + action, json.dumps(body).encode(), self._headers, method="POST")
            try:
                with urllib.request.urlopen(request, timeout=self._timeout) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                with error:
                    try:
                        problem = json.load(error)
                    except ValueError:
                        problem = {}
                    if error.code not in (429, 503) or attempt >= self._retries:
                        raise NAMEError(error.code, problem) from None
                    attempt += 1
                    wait = float(error.headers.get("retry-after", 1))
            time.sleep(wait)
`;
