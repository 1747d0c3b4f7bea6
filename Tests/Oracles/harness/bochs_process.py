"""Runs Bochs without a screen, for the tests that use it as an oracle.

A test brings a boot ROM and a disk image; the disk is the only way in and out.
"""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import time
from pathlib import Path

CONFIGURATION = Path(__file__).parent / "bochsrc"
# The disk image must be whole cylinders of this many bytes.
CYLINDER = 16 * 63 * 512


class BochsError(Exception):
    """Bochs did not come to the end of the program."""


def version() -> str | None:
    """The name and version of the Bochs that is installed, or nothing."""
    if shutil.which("bochs-bin") is None:
        return None
    said = subprocess.run(["bochs-bin", "--help"], capture_output=True, text=True, check=False,
                          env=os.environ | {"BXSHARE": "/usr/share/bochs"})
    for line in (said.stdout + said.stderr).splitlines():
        if "Bochs x86 Emulator" in line:
            return "Bochs " + line.split()[-1]
    return None


def emulate(folder: Path, model: str, timeout: float) -> bytes:
    """Runs Bochs in a folder with `program.rom` and `disk.img` until it ends; returns what it
    printed.

    Its text screen wants a terminal, and Debian's build starts in a debugger: "c" lets it go, and
    "q" ends it where the program dies before it can end the emulation.
    """
    terminal, side = pty.openpty()
    command = ["bochs-bin", "-q", "-f", str(CONFIGURATION), f"cpu: model={model}, ips=1000000000"]
    process = subprocess.Popen(command, cwd=folder, stdin=side, stdout=side, stderr=side,
                               env=os.environ | {"TERM": "vt100"}, start_new_session=True)
    os.close(side)
    os.write(terminal, b"c\nq\n")
    said = bytearray()
    limit = time.monotonic() + timeout
    try:
        while True:
            ready, _, _ = select.select([terminal], [], [], max(0, limit - time.monotonic()))
            if not ready:
                raise BochsError(f"Bochs did not end within {timeout} seconds")
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # the other side is closed: Bochs has ended
                return bytes(said)
            if not piece:
                return bytes(said)
            said += piece
    finally:
        process.kill()
        process.wait()
        os.close(terminal)
