# shellcheck shell=bash
# How Ferry's scripts speak. To be sourced by bash after `set -euo pipefail`; defines functions and runs nothing.
#
#   heading TEXT           a line that begins a part of the work
#   shown COMMAND…         prints the command as one would type it, then runs it
#   fail CODE TEXT LINE…   an error in Ferry's form on standard error, then exit with the code

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  say_bold=$'\e[1m' say_faint=$'\e[2m' say_plain=$'\e[0m'
else
  say_bold='' say_faint='' say_plain=''
fi

heading() { printf '\n%s== %s%s\n' "$say_bold" "$*" "$say_plain"; }

shown() {
  local word line='$'
  for word in "$@"; do
    case "$word" in
      *[!A-Za-z0-9_./:=,+@%-]*) line+=" '$word'" ;;
      *) line+=" $word" ;;
    esac
  done
  printf '%s%s%s\n' "$say_faint" "$line" "$say_plain"
  "$@"
}

fail() {
  local code="$1" line
  printf 'error: %s\n' "$2" >&2
  shift 2
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit "$code"
}
