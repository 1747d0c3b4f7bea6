"""Runs a batch of accesses on QEMU or on Bochs, and reads the results and the memory back.

Both boot the same ROM, and both see the same block of memory: the control block (header, records,
results) and after it the image. QEMU's memory is a file with the block in its place. Bochs has the
block on its disk, from where the program loads it and where it writes back what has changed.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "harness"))

import bochs_process  # noqa: E402

from accesses import DATA_SIZE, IMAGE_BASE, IMAGE_SIZE, Batch, Record  # noqa: E402

HERE = Path(__file__).parent
CONTROL = 0x03C0_0000  # as in program.s
MEMORY = 256 << 20  # of both machines
SECTOR = 512

HEADER = struct.Struct("<8s10I")
RECORD = struct.Struct("<4Q9I2B10x")
RESULT = struct.Struct("<5Q")
PROTECTION_KEYS, SUPERVISOR_KEYS, FIVE_LEVELS, DISK = 1, 2, 4, 8

RECORDS_AT = CONTROL + 0x1000
LARGEST_BATCH = (IMAGE_BASE - RECORDS_AT) // (RECORD.size + RESULT.size) - SECTOR


class MachineError(Exception):
    """The oracle did not come to the end of the program."""


@dataclass(frozen=True)
class Result:
    """What an access came to: the VM exit that ended it."""

    exitcode: int
    exitinfo1: int
    exitinfo2: int
    rax: int
    rip: int


@dataclass(frozen=True)
class Run:
    """Everything that the oracle tells of a batch."""

    results: list[Result]
    memory: bytes  # the image at the end


def assemble(folder: Path) -> Path:
    """Makes the ROM from its source."""
    made = folder / "program"
    subprocess.run(["as", "--32", "-o", f"{made}.o", HERE / "program.s"], check=True)
    subprocess.run(["ld", "-m", "elf_i386", "-T", HERE / "program.ld", "-o", f"{made}.elf",
                    f"{made}.o"], check=True)
    subprocess.run(["objcopy", "-O", "binary", f"{made}.elf", f"{made}.rom"], check=True)
    return folder / "program.rom"


def version(oracle: str) -> str | None:
    """The name and version of the oracle that is installed, or nothing."""
    if oracle == "bochs":
        return bochs_process.version()
    if shutil.which("qemu-system-x86_64") is None:
        return None
    said = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True,
                          check=True).stdout
    found = re.search(r"version (\d+\.\d+)", said)
    return f"QEMU {found[1]}" if found else None


def encode(record: Record) -> bytes:
    """A record as the program reads it."""
    controls = record.controls
    return RECORD.pack(
        record.address, record.cr3, record.ncr3,
        record.address if record.code is None else record.code,
        record.cr0, controls.cr4, record.efer, controls.rflags, controls.pkru, controls.ia32_pkrs,
        record.host_cr0, record.host_cr4, record.host_efer, record.cpl, record.paging)


def block(batch: Batch, disk: bool) -> tuple[bytes, int]:
    """The control block and the image as the program finds them, and where the results will be."""
    count = len(batch.records)
    if count > LARGEST_BATCH:
        raise ValueError(f"a batch holds at most {LARGEST_BATCH} accesses, not {count}")
    records = b"".join(map(encode, batch.records))
    results_at = -(-(RECORDS_AT + len(records)) // SECTOR) * SECTOR
    flags = PROTECTION_KEYS if batch.features.protection_keys else 0
    flags |= SUPERVISOR_KEYS if batch.features.supervisor_keys else 0
    flags |= FIVE_LEVELS if batch.host_levels == 5 else 0
    flags |= DISK if disk else 0
    tables = IMAGE_SIZE - DATA_SIZE
    header = HEADER.pack(
        b"NESTWALK", count, flags, RECORDS_AT, results_at,
        (IMAGE_BASE + IMAGE_SIZE - CONTROL) // SECTOR,
        (results_at - CONTROL) // SECTOR, -(-count * RESULT.size // SECTOR),
        (IMAGE_BASE - CONTROL) // SECTOR, tables // SECTOR, 0)
    content = header.ljust(RECORDS_AT - CONTROL, b"\0") + records
    content = content.ljust(IMAGE_BASE - CONTROL, b"\0") + batch.image.content
    return content, results_at - CONTROL


def unpack(batch: Batch, content: bytes, results_at: int, said: str) -> Run:
    """What a block tells when the program is through."""
    done = HEADER.unpack_from(content)[-1]
    count = len(batch.records)
    if done != count:
        raise MachineError(f"the program ended after {done} of {count} accesses: {said}")
    results = [Result(*words) for words in
               RESULT.iter_unpack(content[results_at:results_at + count * RESULT.size])]
    start = IMAGE_BASE - CONTROL
    return Run(results, content[start:start + IMAGE_SIZE])


def run_qemu(batch: Batch, rom: Path, timeout: float = 600) -> Run:
    """Makes the accesses of a batch on QEMU.

    Two processors, of which the second never starts: with one alone QEMU makes a locked instruction
    of a load and a store, and a fault of it would be a read's.
    """
    content, results_at = block(batch, disk=False)
    shared = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=shared) as name:
        memory = Path(name) / "memory"
        with open(memory, "wb") as file:
            file.truncate(MEMORY)
            file.seek(CONTROL)
            file.write(content)
        command = [
            "qemu-system-x86_64", "-machine", "pc,memory-backend=ram", "-m", f"{MEMORY >> 20}M",
            "-object", f"memory-backend-file,id=ram,size={MEMORY},mem-path={memory},share=on",
            "-cpu", "max,+svm", "-accel", "tcg,thread=multi", "-smp", "2", "-bios", str(rom),
            "-nodefaults", "-display", "none", "-no-reboot",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        try:
            ended = subprocess.run(command, capture_output=True, text=True, timeout=timeout,
                                   check=False)
        except subprocess.TimeoutExpired:
            raise MachineError(f"QEMU did not end within {timeout} seconds") from None
        with open(memory, "rb") as file:
            file.seek(CONTROL)
            content = file.read(len(content))
    return unpack(batch, content, results_at,
                  f"QEMU ended with status {ended.returncode}: {ended.stderr[-2000:]}")


def run_bochs(batch: Batch, rom: Path, timeout: float = 600) -> Run:
    """Makes the accesses of a batch on Bochs."""
    content, results_at = block(batch, disk=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.symlink(rom.resolve(), folder / "program.rom")
        disk = folder / "disk.img"
        disk.write_bytes(content + bytes(-len(content) % bochs_process.CYLINDER))
        said = bochs_process.emulate(folder, "ryzen", timeout)
        content = disk.read_bytes()
    return unpack(batch, content, results_at, said[-2000:].decode(errors="replace"))
