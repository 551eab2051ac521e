"""What a case records about where it was made: versions of packages, operating system, machine, processor."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ferry_capture.version import VERSION


def versions(*packages: str) -> dict[str, str]:
    """Versions of those of the packages that are installed, of Python, and of this one."""
    found = {}
    for package in (*packages, "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return {**found, "python": platform.python_version(), "ferry-capture": VERSION}


def description() -> str:
    """Operating system, machine and processor, such as `Debian GNU/Linux 12 (bookworm), x86_64, AMD EPYC 7B13`."""
    parts = [_system(), platform.machine(), _processor()]
    return ", ".join(part for part in parts if part) or "unknown"


def _system() -> str:
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        name = ""
    return name or f"{platform.system()} {platform.release()}".strip()


def _processor() -> str:
    """The processor's name, empty where the system does not tell."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Hardware", "cpu model"):
                return " ".join(value.split())
    except OSError:
        pass
    if platform.system() == "Darwin":
        try:
            command = ["sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(command, capture_output=True, text=True, check=True, timeout=5).stdout.strip()
        except (OSError, subprocess.SubprocessError):
            pass
    name = platform.processor()
    return "" if name == platform.machine() else name


def sha256_of(path: Path) -> str:
    """The digest of a file, read in pieces: 64 lower-case hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
