"""The Debian packages that a boot is made from, unpacked and never installed."""

from __future__ import annotations

import fcntl
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


class Unavailable(Exception):
    """A package or program that this machine doesn't have and can't get."""


@dataclass(frozen=True)
class Packages:
    """What is taken from the packages."""

    kernel: Path
    release: str
    version: str
    busybox: Path


def fetch(cache: Path, wanted: str | None) -> Packages:
    """Downloads the kernel (`linux-image-amd64` stands for the newest) and busybox, and unpacks them."""
    name = wanted or _newest_kernel()
    cache.mkdir(parents=True, exist_ok=True)
    # Two recordings may start together; the second finds what the first has unpacked.
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kernel = _unpack(cache, name)
        busybox = _unpack(cache, "busybox-static") / "bin" / "busybox"
    images = sorted((kernel / "boot").glob("vmlinuz-*"))
    if not images:
        raise Unavailable(f"{name} holds no kernel")
    return Packages(
        images[0],
        images[0].name.removeprefix("vmlinuz-"),
        (kernel / "version").read_text().strip(),
        busybox,
    )


def _newest_kernel() -> str:
    found = _output("apt-cache", "depends", "--no-recommends", "--no-suggests", "linux-image-amd64")
    for line in found.splitlines():
        word, _, name = line.strip().partition(" ")
        if word == "Depends:":
            return name
    raise Unavailable("the package lists have no linux-image-amd64: apt-get update fetches them")


def _unpack(cache: Path, name: str) -> Path:
    """The folder of an unpacked package; NAME may be NAME=VERSION."""
    folder = cache / name.replace("=", "_")
    if (folder / "version").exists():
        return folder
    downloads = cache / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    bare = name.partition("=")[0]
    for old in downloads.glob(f"{bare}_*.deb"):
        old.unlink()
    # Nothing but the user's own folder is written, so the download needs no other user's rights.
    user = _output("id", "-un").strip()
    _output("apt-get", "--quiet", "-o", f"APT::Sandbox::User={user}", "download", name, at=downloads)
    archive = next(downloads.glob(f"{bare}_*.deb"))
    _output("dpkg-deb", "--extract", str(archive), str(folder))
    (folder / "version").write_text(_output("dpkg-deb", "--field", str(archive), "Version"))
    archive.unlink()
    return folder


def _output(*command: str, at: Path | None = None) -> str:
    try:
        done = subprocess.run(
            command, cwd=at, check=True, capture_output=True, text=True,
            env=os.environ | {"LC_ALL": "C"},
        )
    except FileNotFoundError as missing:
        raise Unavailable(f"{missing.filename} is not there") from missing
    except subprocess.CalledProcessError as failure:
        raise Unavailable(f"{' '.join(command)}: {failure.stderr.strip()}") from failure
    return done.stdout
