"""One boot in QEMU with the plugin that records touches."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from kernel_image import REAL_MODE_ENTRY, KernelImage
from packages import Unavailable

READ, WRITE, FETCH, DEVICE = range(4)
_RECORD = struct.Struct("<QIBBH")


@dataclass(frozen=True)
class Touch:
    """The first touch of a page by a kind within a phase."""

    instructions: int
    page: int
    kind: int
    again: bool
    phase: int


@dataclass(frozen=True)
class Boot:
    """What a boot has left behind."""

    touches: list[Touch]
    instructions: int
    phases: list[str]
    memory: bytes
    populated: set[int]
    registers: dict[str, int]
    console: str
    emulator: str
    idle_seconds: float


# The phases of a machine, and the files it boots.
PHASES = {
    "pc": ["firmware", "decompress", "kernel", "programs"],
    "microvm": ["firmware", "kernel", "programs"],
}


def build_plugin(source: Path, folder: Path) -> Path:
    """Compiles the plugin; any C compiler does."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        raise Unavailable("there is no C compiler")
    plugin = folder / "touches.so"
    subprocess.run(
        [compiler, "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared",
         "-fvisibility=hidden", "-o", str(plugin), str(source)],
        check=True,
    )
    return plugin


def boot(
    machine: str, mebibytes: int, kernel: KernelImage, kernel_file: Path, initramfs: Path,
    plugin: Path, folder: Path, memory: Path, seed: int, limit: float,
) -> Boot:
    """Boots to the ready marker and reads what was recorded."""
    emulator = shutil.which("qemu-system-x86_64")
    if emulator is None:
        raise Unavailable("qemu-system-x86_64 is not there")
    recording = folder / "touches"
    recording.unlink(missing_ok=True)
    if machine == "pc":
        starts = f"start={REAL_MODE_ENTRY:#x},start={kernel.entry:#x}"
    else:
        starts = f"start={kernel.pvh_entry:#x},pass={kernel.entry:#x}"
    ours, theirs = socket.socketpair()
    console = folder / "console"
    command = [
        emulator, "-machine", f"{machine},memory-backend=ram,mem-merge=off", "-accel", "tcg",
        # Time is the count of instructions, one in a nanosecond, and randomness has a seed: a
        # second run makes the same touches in the same order.
        "-icount", "shift=0,sleep=off", "-seed", str(seed), "-rtc", "base=2000-01-01,clock=vm",
        "-cpu", "max,la57=off", "-m", f"{mebibytes}M", "-object",
        f"memory-backend-file,id=ram,size={mebibytes}M,mem-path={memory},share=on",
        "-nodefaults", "-vga", "none", "-net", "none", "-display", "none",
        "-serial", f"file:{console}", "-device", "pvpanic", "-action", "panic=pause",
        "-chardev", f"socket,id=control,fd={theirs.fileno()}", "-mon",
        "chardev=control,mode=control",
        "-kernel", str(kernel_file), "-initrd", str(initramfs),
        "-append", "console=ttyS0 nokaslr panic=-1",
        "-plugin", f"{plugin},memory={memory},output={recording},{starts}",
    ]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
    theirs.close()
    try:
        registers = _registers_when_ready(ours, limit)
        process.wait(timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        ours.close()
    version = subprocess.run([emulator, "--version"], capture_output=True, text=True, check=True)
    return _read(machine, recording, memory, registers, console, version.stdout)


def _registers_when_ready(control: socket.socket, limit: float) -> str:
    """Waits for the marker, asks for the registers and ends the machine."""
    control.settimeout(limit)
    end = time.monotonic() + limit
    stream = control.makefile("rw")

    def say(command: str, **arguments: str) -> None:
        stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        stream.flush()

    say("qmp_capabilities")
    for line in stream:
        if time.monotonic() > end:
            break
        message = json.loads(line)
        if message.get("event") == "GUEST_PANICKED":
            say("human-monitor-command", **{"command-line": "info registers"})
        elif isinstance(message.get("return"), str):
            say("quit")
            return message["return"]
    raise RuntimeError("the guest has not become ready")


def _read(
    machine: str, recording: Path, memory: Path, registers: str, console: Path, version: str
) -> Boot:
    data = recording.read_bytes()
    touches = [
        Touch(instructions, page, kind, again != 0, phase)
        for instructions, page, kind, again, phase in _RECORD.iter_unpack(data)
    ]
    end = touches.pop()
    phases = PHASES[machine]
    if end.phase != len(phases) - 1:
        raise RuntimeError(f"the boot came to phase {end.phase} of {len(phases)}")
    values = {
        name: re.search(rf"{name.upper()}\s*=\s*([0-9a-f]+)", registers)
        for name in ("cr0", "cr3", "cr4", "efer")
    }
    text = console.read_text(errors="replace")
    uptime = re.search(r"^\d+\.\d+ (\d+\.\d+)\s*$", text, re.MULTILINE)
    number = re.search(r"version (\d+\.\d+\.\d+)", version)
    if not (all(values.values()) and uptime and number):
        raise RuntimeError("the guest's registers, its idle time or QEMU's version is missing")
    return Boot(
        touches, end.instructions, phases, memory.read_bytes(), _populated(memory),
        {name: int(value[1], 16) for name, value in values.items() if value}, text, number[1], float(uptime[1]),
    )


def _populated(path: Path) -> set[int]:
    """The pages that the file holds; the others are holes."""
    pages: set[int] = set()
    file = os.open(path, os.O_RDONLY)
    try:
        end = os.fstat(file).st_size
        place = 0
        while place < end:
            try:
                data = os.lseek(file, place, os.SEEK_DATA)
            except OSError:  # There is no data behind this place.
                break
            place = os.lseek(file, data, os.SEEK_HOLE)
            pages.update(range(data >> 12, (place + 4095) >> 12))
    finally:
        os.close(file)
    return pages
