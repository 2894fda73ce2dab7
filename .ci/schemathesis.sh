#!/usr/bin/env bash
# Schemathesis against a live prediction service: bash .ci/schemathesis.sh [CASES]. Every operation of /openapi.json gets its
# share of at least CASES cases (20,000 unless said otherwise): no 500, no answer that the document does not name, none that is
# not as it says. Needs Python 3.10 or newer and installs Schemathesis into a virtual environment. Takes about five
# minutes on two processors.
set -euo pipefail
cd "$(dirname "$0")/.."
cases=${1:-20000}
python=$(node tools/python-environment.mjs .ci/schemathesis-requirements.txt)
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
# In chunks of half a minute, each with a seed of its own, so that a failure is found early and told by its seed; two at a time,
# as the generator of cases takes more of a processor than the service.
check() {
  # It keeps notes in the working directory.
  mkdir -p "$folder/$1" && cd "$folder/$1" && "$(dirname "$python")/schemathesis" run "$url/openapi.json" --seed "$1" --max-examples 90 --phases "$2" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --suppress-health-check all --continue-on-failure --no-color >"$folder/report-$1" 2>&1
}
failed() {
  tail -n 60 "$folder/report-$1"
  printf 'seed %s failed after %s cases\n0 passed, 1 failed\n' "$1" "$total"
  exit 1
}
total=0
phases=examples,coverage,fuzzing
for ((seed = 1; total < cases; seed += 2)); do
  check "$seed" "$phases" &
  first=$!
  check "$((seed + 1))" fuzzing &
  second=$!
  wait "$first" || { wait "$second" || true; failed "$seed"; }
  wait "$second" || failed "$((seed + 1))"
  for own in "$seed" "$((seed + 1))"; do
    generated=$(grep -Eo '[0-9]+ generated' "$folder/report-$own" | tail -n 1 | grep -Eo '[0-9]+')
    total=$((total + generated))
  done
  phases=fuzzing
done
kill -0 "$server" || { printf 'the server died\n0 passed, 1 failed\n'; exit 1; }
printf '%s cases\n1 passed, 0 failed\n' "$total"
