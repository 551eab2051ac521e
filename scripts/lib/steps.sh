# shellcheck shell=bash
# Long jobs as steps with their times. To be sourced by bash after `set -euo pipefail` and say.sh.
#
#   step NAME COMMAND…   runs the command and remembers its time and result; a failure does not stop the job
#   finish_steps         prints the table of minutes, and exits with 1 if any step failed

step_names=() step_seconds=() step_results=()

step() {
  local name="$1" begin="$SECONDS" result=passed
  shift
  heading "$name"
  "$@" || result="FAILED (exit code $?)"
  step_names+=("$name") step_seconds+=("$((SECONDS - begin))") step_results+=("$result")
  echo "-- $name: $result"
}

# Tenths of a minute, rounded.
as_minutes() { printf '%d.%d' $((($1 + 3) / 6 / 10)) $((($1 + 3) / 6 % 10)); }

finish_steps() {
  local index total=0 failed=0
  printf '\n%-34s %8s  %s\n' step minutes result
  for index in "${!step_names[@]}"; do
    printf '%-34s %8s  %s\n' "${step_names[index]}" "$(as_minutes "${step_seconds[index]}")" "${step_results[index]}"
    total=$((total + step_seconds[index]))
    [ "${step_results[index]}" = passed ] || failed=$((failed + 1))
  done
  printf '%-34s %8s  %s\n' total "$(as_minutes "$total")" \
    "$([ "$failed" = 0 ] && echo "all passed" || echo "$failed of ${#step_names[@]} failed")"
  [ "$failed" = 0 ]
}
