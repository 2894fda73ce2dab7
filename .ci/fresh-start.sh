#!/usr/bin/env bash
# `npm start` in a clone that nobody has used before: bash .ci/fresh-start.sh [USER]. As USER (who is made, and removed again)
# when one is named, which takes root; else as whoever calls. Ends with "N passed, M failed".
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD
user=${1:-}
port=$((20000 + RANDOM % 20000))
base="http://127.0.0.1:$port"
passed=0
failed=0
server=""
made_user=""

say() { # say pass|fail WHAT
  printf '%s: %s\n' "$1" "$2"
  if [[ $1 == pass ]]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

folder=$(mktemp -d)
finish() {
  local code=$?
  if [[ -n $server ]] && kill -0 "$server" 2>/dev/null; then kill -KILL -- "-$server" || true; fi
  if [[ -n $made_user ]]; then
    pkill -KILL -u "$made_user" || true
    userdel -r "$made_user" 2>/dev/null || true
  fi
  rm -rf "$folder"
  if ((code != 0)); then failed=$((failed + 1)); fi
  printf '%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}
trap finish EXIT

if [[ -n $user ]] && ! id "$user" >/dev/null 2>&1; then
  useradd --create-home "$user"
  made_user=$user
fi
git clone --quiet --no-hardlinks "$repository" "$folder/atalaya"
if [[ -n $user ]]; then
  chmod 755 "$folder"
  chown -R "$user" "$folder/atalaya"
fi

start() { # start ENTRY…: in the background, in a process group of its own
  cd "$folder/atalaya"
  if [[ -n $user ]]; then
    setsid runuser -u "$user" -- env HOME="$(getent passwd "$user" | cut -d: -f6)" ATALAYA_PORT="$port" "$@" >"$folder/log" 2>&1 &
  else
    ATALAYA_PORT="$port" setsid "$@" >"$folder/log" 2>&1 &
  fi
  server=$!
  cd "$repository"
}

until_ready() { # until_ready SECONDS
  local end=$((SECONDS + $1))
  until curl -sf "$base/ready" >"$folder/ready"; do
    if ((SECONDS > end)) || ! kill -0 "$server" 2>/dev/null; then
      tail -n 40 "$folder/log"
      return 1
    fi
    sleep 0.5
  done
}

price() {
  curl -sf "$base/v1/pipelines/house-prices/predict" -H 'content-type: application/json' \
    -d '{"bed":3,"bath":2,"houseSize":1800,"status":"for_sale","city":"Seattle","state":"Washington","zipCode":"98117"}' |
    grep -o '"value":[0-9.]*'
}

stop() {
  kill -INT -- "-$server"
  wait "$server" || true
  server=""
}

begin=$SECONDS
start npm start
if until_ready 600; then say pass "npm start is ready after $((SECONDS - begin)) s, install and build included"; else say fail "npm start"; exit 0; fi
first=$(price) && say pass "a price: $first" || say fail "no price"
if curl -sf "$base/v1/pipelines/network-anomalies" | grep -q '"version":1'; then say pass "network-anomalies is promoted"; else say fail "network-anomalies is not served"; fi
stop
sleep 1
if pgrep -f "$folder/atalaya" >/dev/null; then say fail "processes are left after Ctrl-C: $(pgrep -fa "$folder/atalaya")"; else say pass "Ctrl-C stops everything"; fi

begin=$SECONDS
start npm start
if until_ready 120; then say pass "a second start is ready after $((SECONDS - begin)) s"; else say fail "second start"; exit 0; fi
again=$(price) || again="nothing"
if [[ $again == "$first" ]]; then say pass "it gives the same price"; else say fail "it gives $again instead of $first"; fi
stop
