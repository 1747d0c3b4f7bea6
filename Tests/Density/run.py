#!/usr/bin/env python3
"""Holds what `nestwalk density` says of a guest's memory against real guests.

    run.py [--nestwalk FILE]

Three guests of 512 MiB, 1 GiB and 2 GiB boot Debian's kernel in QEMU (TCG), with memory in pages of 4 KiB,
and one of 1 GiB in pages of 2 MiB. What the kernel's smaps say that the mapping of guest memory holds is
compared with what the model predicts: it knows a recorded boot of 256 MiB (Docs/BootTraces.md), and neither
these sizes nor pages of 2 MiB. The exit status is 77 where the guests can't be had.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
sys.path.insert(0, str(REPOSITORY / "Recorders" / "boot"))

import initramfs  # noqa: E402
import packages  # noqa: E402

SKIPPED = 77
# How far a prediction may be off, as a part of what was measured.
ALLOWED = 0.10
RECORDED_MEBIBYTES = 256

INIT = """#!/bin/sh
/bin/busybox mount -t devtmpfs none /dev
/bin/busybox mount -t proc none /proc
echo guest is ready
while true; do /bin/busybox sleep 1000; done
"""


@dataclass(frozen=True)
class Guest:
    """A guest that is started: its memory, and the pages that the host backs it with."""

    mebibytes: int
    backing: str

    @property
    def name(self) -> str:
        """What it is called, in the scenario too."""
        return f"{self.mebibytes} MiB in {self.backing}"


GUESTS = [Guest(512, "4K"), Guest(1024, "4K"), Guest(2048, "4K"), Guest(1024, "2M")]


@dataclass(frozen=True)
class Measured:
    """What the host's kernel says of a guest that has booted, in KiB."""

    resident: int
    huge: int
    process: int
    tables: int


def scenario() -> str:
    """The question that predicts the guests: machines with the recorded boot at these sizes."""
    machines = "".join(
        f"  - {{name: {guest.name}, memory: {guest.mebibytes} MiB, backing: {guest.backing},"
        f" guest: debian-boot, most: 1}}\n" for guest in GUESTS)
    return f"study: density\nhost: {{memory: 64 GiB}}\nmachines:\n{machines}"


def predictions(nestwalk: Path) -> dict[str, dict[str, int]]:
    """The bytes of each part of each guest now, by its name."""
    done = subprocess.run(
        [nestwalk, "density", "-", "--json", "-"], input=scenario(), capture_output=True, text=True,
        check=True)
    kinds = json.loads(done.stdout)["kinds"]
    return {kind["name"]: {part["part"]: part["now"] for part in kind["parts"]} for kind in kinds}


class Machine:
    """One QEMU with a guest."""

    def __init__(self, guest: Guest, emulator: str, kernel: Path, archive: Path, folder: Path) -> None:
        """Starts it."""
        self.guest = guest
        self.console = folder / f"{guest.mebibytes}-{guest.backing}.console"
        # A shared file has pages of 4 KiB; private memory is QEMU's to back with large ones, and it asks
        # for them.
        kind = "memory-backend-memfd,share=on" if guest.backing == "4K" else "memory-backend-ram"
        self.process = subprocess.Popen(
            [emulator, "-machine", "pc,memory-backend=ram,mem-merge=off", "-accel", "tcg,thread=single",
             "-cpu", "max,la57=off", "-m", f"{guest.mebibytes}M", "-object",
             f"{kind},id=ram,size={guest.mebibytes}M", "-nodefaults", "-vga", "none", "-net", "none",
             "-display", "none", "-serial", f"file:{self.console}", "-kernel", str(kernel),
             "-initrd", str(archive), "-append", "console=ttyS0 nokaslr panic=-1"],
            stdin=subprocess.DEVNULL)

    @property
    def is_ready(self) -> bool:
        """Whether its guest has said so."""
        return self.console.exists() and b"guest is ready" in self.console.read_bytes()

    def measure(self) -> Measured:
        """What its mapping of guest memory holds, and its process."""
        place = Path(f"/proc/{self.process.pid}")
        status = (place / "status").read_text()
        found: tuple[int, int] | None = None
        for block in re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", (place / "smaps").read_text(), flags=re.M):
            head = re.match(r"([0-9a-f]+)-([0-9a-f]+) ", block)
            if head and int(head[2], 16) - int(head[1], 16) == self.guest.mebibytes << 20:
                found = (_kibibytes("Rss", block), _kibibytes("AnonHugePages", block))
        if found is None:
            raise RuntimeError(f"{self.guest.name}: no mapping has the size of guest memory")
        return Measured(*found, _kibibytes("VmRSS", status), _kibibytes("VmPTE", status))

    def stop(self) -> None:
        """Ends it, by its process id."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def _kibibytes(key: str, text: str) -> int:
    found = re.search(rf"^{key}:\s+(\d+) kB$", text, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"the kernel says nothing of {key}")
    return int(found[1])


def has_huge_pages() -> bool:
    """Whether the host's kernel gives pages of 2 MiB to whoever asks."""
    file = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    return file.exists() and "[never]" not in file.read_text()


def measure(folder: Path, limit: float) -> dict[Guest, Measured]:
    """Boots the guests side by side and measures each when it is ready and has had a second of rest."""
    emulator = shutil.which("qemu-system-x86_64")
    if emulator is None:
        raise packages.Unavailable("qemu-system-x86_64 is not there")
    cache = Path(os.environ.get("NESTWALK_CACHE", REPOSITORY / ".build/oracles")) / "boot"
    found = packages.fetch(cache, None)
    archive = folder / "initramfs"
    archive.write_bytes(initramfs.archive(found.busybox, INIT))
    machines: list[Machine] = []
    measured: dict[Guest, Measured] = {}
    end = time.monotonic() + limit
    try:
        for guest in GUESTS:
            if guest.backing == "4K" or has_huge_pages():
                machines.append(Machine(guest, emulator, found.kernel, archive, folder))
        while not all(machine.is_ready for machine in machines):
            for machine in machines:
                if machine.process.poll() is not None or time.monotonic() > end:
                    text = machine.console.read_text(errors="replace") if machine.console.exists() else ""
                    raise RuntimeError(f"{machine.guest.name} has not become ready: {text[-300:]}")
            time.sleep(0.2)
        time.sleep(1)
        for machine in machines:
            measured[machine.guest] = machine.measure()
    finally:
        for machine in machines:
            machine.stop()
    return measured


def compare(parts: dict[str, dict[str, int]], measured: dict[Guest, Measured]) -> list[str]:
    """Prints each guest's prediction beside what was measured; gives what is off by too much."""
    failures = []
    print(f"{'guest':16} {'predicted':>10} {'measured':>10} {'error':>8}   KiB of guest memory")
    for guest, found in measured.items():
        predicted = parts[guest.name]["guestMemory"] / 1024
        error = predicted / found.resident - 1
        print(f"{guest.name:16} {predicted:10.0f} {found.resident:10} {error:+8.2%}")
        if guest.backing == "2M" and found.huge < 0.9 * found.resident:
            print(f"{'':16} of it {found.huge} KiB are in pages of 2 MiB: the host had no more of them")
            continue
        if abs(error) > ALLOWED:
            failures.append(f"{guest.name}: off by {error:+.2%}")
        tables = parts[guest.name]["processTables"] / 1024
        if tables > found.tables:
            failures.append(f"{guest.name}: {tables} KiB of tables predicted, all are {found.tables}")
    for guest, found in measured.items():
        tables = parts[guest.name]["processTables"] / 1024
        print(f"{guest.name}: beside guest memory the process holds {found.process - found.resident} KiB,"
              f" its tables are {found.tables} KiB, of which those of guest memory {tables:.0f} predicted")
    return failures


def main() -> int:
    """Predicts, measures, compares."""
    parser = argparse.ArgumentParser(description="Holds predicted guest memory against real guests.")
    parser.add_argument("--nestwalk", type=Path, default=REPOSITORY / ".build/release/nestwalk")
    parser.add_argument("--limit", type=float, default=150, help="seconds until all are ready")
    options = parser.parse_args()
    assert all(guest.mebibytes != RECORDED_MEBIBYTES for guest in GUESTS)
    parts = predictions(options.nestwalk)
    try:
        with tempfile.TemporaryDirectory() as folder:
            measured = measure(Path(folder), options.limit)
    except packages.Unavailable as reason:
        print(f"the guests are left out: {reason}")
        return SKIPPED
    failures = compare(parts, measured)
    for failure in failures:
        print(f"FAILED: {failure}")
    if failures or len({guest.mebibytes for guest in measured}) < 3:
        return 1
    print(f"density: guest memory of {len(measured)} real guests is predicted within {ALLOWED:.0%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
