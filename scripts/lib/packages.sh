# shellcheck shell=bash
# What Ferry needs from the system, and how to get it. To be sourced by bash after `set -euo pipefail` and say.sh.
#
#   missing_requirements          prints the requirements that are missing, one name a line
#   missing_packages              prints the apt packages that provide them, one a line, pinned where they can be
#   packages_for NAME…            the same for given requirements
#   install_packages PACKAGE…     installs apt packages, with sudo unless root
#   require NAME…                 installs what is missing of the given requirements; for a script's own extra needs

# requirement | how to tell that it is there | apt package | its version in Debian 12
#
# The probes look for the thing itself, not for the package: a library built from source counts as well. `g++` stands for
# everything that Swift needs to compile and link C and C++ (binutils, libc's and libstdc++'s headers and start files).
requirements() {
  cat <<'TABLE'
git             | command git                     | git                | 1:2.39.*
certificates    | file /etc/ssl/certs/ca-certificates.crt | ca-certificates | 20230311*
pkg-config      | command pkg-config              | pkg-config         | 1.8.1*
g++             | command g++                     | g++                | 4:12.2.*
python3         | command python3                 | python3            | 3.11.2*
python3-venv    | python venv,ensurepip           | python3-venv       | 3.11.2*
protobuf-c      | library libprotobuf-c           | libprotobuf-c-dev  | 1.4.1*
hdf5            | header hdf5/serial/hdf5.h hdf5.h | libhdf5-dev       | 1.10.8*
openblas        | shared libopenblas.so.0         | libopenblas0       | 0.3.21*
libpng          | library libpng                  | libpng-dev         | 1.6.39*
turbojpeg       | library libturbojpeg            | libturbojpeg0-dev  | 1:2.1.5*
ffmpeg          | command ffmpeg                  | ffmpeg             | 7:5.1.*
sqlite3         | toolchain libsqlite3.so.0       | libsqlite3-0       | 3.40.1*
ncurses         | toolchain libncurses.so.6       | libncurses6        | 6.4*
curl            | toolchain libcurl.so.4          | libcurl4           | 7.88.1*
libxml2         | toolchain libxml2.so.2          | libxml2            | 2.9.14*
TABLE
}

# Needs of single scripts, for `require`.
extra_requirements() {
  cat <<'TABLE'
protoc-c        | command protoc-c                | protobuf-c-compiler | 1.4.1*
valgrind        | command valgrind                | valgrind            | 1:3.19.*
chromium        | command chromium                | chromium            | 1*
TABLE
}

# Whether a requirement is met: `present KIND ARGUMENT…`.
present() {
  local kind="$1"
  shift
  case "$kind" in
    command) command -v "$1" >/dev/null ;;
    file) [ -e "$1" ] ;;
    python) command -v python3 >/dev/null && python3 -c "import $1" 2>/dev/null ;;
    library) command -v pkg-config >/dev/null && pkg-config --exists "$1" ;;
    # A library that is loaded by its name. The linker's cache may be outside a plain user's path.
    # (grep -q would leave early, and ldconfig be ended by the closed pipe.)
    shared) PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep "^[[:space:]]*$1 " >/dev/null ;;
    # One of these headers, as the compiler finds it.
    header)
      local header
      for header in "$@"; do
        if printf '#include <%s>\n' "$header" | g++ -E -x c - >/dev/null 2>&1; then return 0; fi
      done
      return 1
      ;;
    # Shared libraries that the Swift tools load; asked for only where a tool reports that it cannot start.
    toolchain) toolchain_starts || present shared "$1" ;;
  esac
}

toolchain_starts() {
  if [ -z "${toolchain_state:-}" ]; then
    toolchain_state=starts
    if command -v swift >/dev/null && ! swift build --version >/dev/null 2>&1; then toolchain_state=fails; fi
  fi
  [ "$toolchain_state" = starts ]
}

missing_requirements() {
  local name probe
  toolchain_starts || true # once here, not in each of the subshells below
  while IFS='|' read -r name probe _; do
    # shellcheck disable=SC2086 # the probe is a list of words
    present $probe || printf '%s\n' $name
  done < <(requirements)
}

is_debian_12() { grep -qs '^VERSION_CODENAME=bookworm$' /etc/os-release && grep -qs '^ID=debian$' /etc/os-release; }

packages_for() {
  local wanted name package version
  for wanted in "$@"; do
    while IFS='|' read -r name _ package version; do
      # Words lose the blanks around them.
      read -r name <<<"$name" && read -r package <<<"$package" && read -r version <<<"$version"
      [ "$name" = "$wanted" ] || continue
      if is_debian_12; then printf '%s=%s\n' "$package" "$version"; else printf '%s\n' "$package"; fi
    done < <(requirements && extra_requirements)
  done
}

missing_packages() {
  local names
  mapfile -t names < <(missing_requirements)
  packages_for "${names[@]}"
}

install_packages() {
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail 2 "this needs packages of the system, and you are neither root nor is sudo there" \
      "hint: run as root: apt-get install $*"
    sudo=(sudo)
  fi
  local log
  log="$(mktemp)"
  # A package index of somebody else that cannot be reached is no reason to stop: the installation itself decides.
  shown "${sudo[@]}" apt-get update -qq || echo "note: apt-get update had failures; going on with what it knows"
  echo "installing $*"
  if ! "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" \
    >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log"
    fail 2 "apt-get could not install what is missing" "its own message stands above" \
      "hint: install these yourself: ${*%%=*}"
  fi
  rm -f "$log"
}

require() {
  local wanted name probe lacking=() known
  known="$(requirements && extra_requirements)"
  for wanted in "$@"; do
    grep -q "^$wanted " <<<"$known" || fail 70 "scripts/lib/packages.sh knows no requirement $wanted"
    while IFS='|' read -r name probe _; do
      read -r name <<<"$name"
      # shellcheck disable=SC2086 # the probe is a list of words
      [ "$name" = "$wanted" ] && ! present $probe && lacking+=("$name")
    done <<<"$known"
  done
  [ "${#lacking[@]}" = 0 ] && return
  command -v apt-get >/dev/null || fail 2 "missing: ${lacking[*]}" "hint: install them with your system's package manager"
  local packages
  mapfile -t packages < <(packages_for "${lacking[@]}")
  install_packages "${packages[@]}"
}
