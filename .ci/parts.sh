# Sourced by .ci/run: runs parts, adds up their counts and hides nothing.
passed=0
failed=0
skipped=0
log=$(mktemp)
beside_names=()
beside_pids=()
trap 'kill "${beside_pids[@]}" 2>/dev/null || true; rm -rf "$log" "$log.beside"' EXIT

# part NAME COMMAND…: runs it, shows its output and adds its closing line "N passed, M failed" (", K skipped" may follow) to
# the sums. A part that ends badly, or without a closing line, counts as one failure at least. Exit code 77: the machine lacks
# what the part needs, which its last line names; it counts as skipped.
part() {
  local name=$1 code=0
  shift
  printf '\n== %s\n' "$name"
  local begun=$SECONDS
  "$@" </dev/null 2>&1 | tee "$log" || code=$?
  printf -- '-- %s: %s s\n' "$name" $((SECONDS - begun))
  count "$name" "$code" "$log"
}

# beside NAME COMMAND…: a part that mostly waits begins now, while the others run; `gather` shows its output and counts it.
beside() {
  local name=$1 number=${#beside_names[@]}
  shift
  mkdir -p "$log.beside"
  printf '\n== %s: begins, its output comes at the end\n' "$name"
  "$@" </dev/null >"$log.beside/$number" 2>&1 &
  beside_names+=("$name")
  beside_pids+=("$!")
}

# Waits for the parts that began with `beside`, in their order.
gather() {
  local number code
  for number in "${!beside_names[@]}"; do
    code=0
    local begun=$SECONDS
    wait "${beside_pids[number]}" || code=$?
    printf -- '\n-- waited %s s for %s\n' $((SECONDS - begun)) "${beside_names[number]}"
    printf '\n== %s\n' "${beside_names[number]}"
    cat "$log.beside/$number"
    count "${beside_names[number]}" "$code" "$log.beside/$number"
  done
  beside_names=()
  beside_pids=()
}

# count NAME CODE FILE: adds the closing line of a part's output to the sums.
count() {
  local name=$1 code=$2 file=$3 line="" part_failed=0
  if ((code == 77)); then
    skip "$name" "$(tail -n 1 "$file")"
    return
  fi
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$file" | tail -n 1) || true
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    part_failed=${BASH_REMATCH[2]}
    skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
  fi
  if [[ -z $line ]] || ((code != 0 && part_failed == 0)); then
    printf 'FAIL %s: exit code %s, closing line "%s"\n' "$name" "$code" "$line"
    part_failed=1
  fi
  failed=$((failed + part_failed))
}

# skip NAME WHY: a part that cannot run here is said and counted.
skip() {
  printf '\n== %s\nskipped: %s\n' "$1" "$2"
  skipped=$((skipped + 1))
}

# Prints the sums as the last line; its status is that of the whole run.
finish() {
  gather
  local line="$passed passed, $failed failed"
  if ((skipped > 0)); then line="$line, $skipped skipped"; fi
  printf '\n%s\n' "$line"
  ((failed == 0 && passed > 0))
}
