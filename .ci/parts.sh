# Sourced by .ci/run: runs parts, adds up their counts and hides nothing.
passed=0
failed=0
skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# part NAME COMMAND…: runs it, shows its output and adds its closing line "N passed, M failed" (", K skipped" may follow) to
# the sums. A part that ends badly, or without a closing line, counts as one failure at least.
part() {
  local name=$1 code=0 line="" part_failed=0
  shift
  printf '\n== %s\n' "$name"
  "$@" </dev/null 2>&1 | tee "$log" || code=$?
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" | tail -n 1) || true
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
  local line="$passed passed, $failed failed"
  if ((skipped > 0)); then line="$line, $skipped skipped"; fi
  printf '\n%s\n' "$line"
  ((failed == 0 && passed > 0))
}
