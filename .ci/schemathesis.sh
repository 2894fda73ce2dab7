#!/usr/bin/env bash
# Schemathesis against a live prediction service: bash .ci/schemathesis.sh [CASES]. Every operation of /openapi.json gets its
# share of at least CASES cases (20,000 unless said otherwise): no 500, no answer that the document does not name, none that is
# not as it says. Needs Python 3.10 or newer; installs Schemathesis into .atalaya/schemathesis. Takes about ten minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
cases=${1:-20000}
environment=.atalaya/schemathesis
if [[ ! -x $environment/bin/schemathesis ]]; then
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet "schemathesis==4.32.5"
fi
folder=$(mktemp -d)
server=""
finish() {
  if [[ -n $server ]]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT

node bench/serving/make-bundle.mjs "$folder"
node bench/serving/server.mjs "$folder/homes.bundle" "$folder/state" >"$folder/said" &
server=$!
until [[ -s $folder/said ]]; do
  kill -0 "$server" || { printf 'the server did not start\n0 passed, 1 failed\n'; exit 1; }
  sleep 0.2
done
url=$(node -p 'JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).url' "$folder/said")
# In runs of a minute, each with a seed of its own, so that a failure is found early and told by its seed.
check() {
  "$environment/bin/schemathesis" run "$url/openapi.json" --seed "$1" --max-examples 90 --phases "$2" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --suppress-health-check all --continue-on-failure --no-color >"$folder/report" 2>&1
}
total=0
phases=examples,coverage,fuzzing
for ((seed = 1; total < cases; seed++)); do
  if ! check "$seed" "$phases"; then
    tail -n 60 "$folder/report"
    printf 'seed %s failed after %s cases\n0 passed, 1 failed\n' "$seed" "$total"
    exit 1
  fi
  generated=$(grep -Eo '[0-9]+ generated' "$folder/report" | tail -n 1 | grep -Eo '[0-9]+')
  total=$((total + generated))
  phases=fuzzing
done
kill -0 "$server" || { printf 'the server died\n0 passed, 1 failed\n'; exit 1; }
printf '%s cases\n1 passed, 0 failed\n' "$total"
