"""Runs a batch of accesses on Bochs: makes the ROM and the disk, and reads the results back.

The disk is the only way in and out. Its first sector is the header; then come the records, the
results and the image, each from a sector of its own. program.s says what their fields are.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "harness"))

from bochs_process import CYLINDER, BochsError, emulate  # noqa: E402

from accesses import IMAGE_SIZE, Batch, Record  # noqa: E402

HERE = Path(__file__).parent
# The machine's memory, from bochsrc; what the program keeps for itself, from program.s; and where
# devices answer instead of memory.
MEMORY = 256 << 20
OWN = 0x0E00_0000
DEVICES = 0xFE00_0000

SECTOR = 512
RECORD = struct.Struct("<4Q8I")
RESULT = struct.Struct("<3I4x6Q")
HEADER = struct.Struct("<8s8IQIII")


@dataclass(frozen=True)
class Result:
    """What an access came to: the VM exit that ended it."""

    reason: int
    interruption: int
    error_code: int
    qualification: int
    guest_physical: int
    guest_linear: int
    rax: int
    rip: int
    cr2: int


@dataclass(frozen=True)
class Run:
    """Everything that Bochs tells of a batch."""

    results: list[Result]
    memory: bytes
    ept_vpid_cap: int
    physical_bits: int


def assemble(folder: Path) -> Path:
    """Makes the ROM from its source."""
    made = folder / "program"
    subprocess.run(["as", "--64", "-o", f"{made}.o", HERE / "program.s"], check=True)
    subprocess.run(["ld", "-T", HERE / "program.ld", "-o", f"{made}.elf", f"{made}.o"], check=True)
    subprocess.run(["objcopy", "-O", "binary", f"{made}.elf", f"{made}.rom"], check=True)
    return folder / "program.rom"


def rights(record: Record, code: bool) -> int:
    """The access rights of the guest's CS or SS (SDM 3C 25.4.1): the privilege level is its DPL."""
    kind = (0xA09B if record.paging else 0xC09B) if code else 0xC093
    return kind | record.cpl << 5


def encode(record: Record) -> bytes:
    """A record as the program reads it."""
    controls = record.controls
    return RECORD.pack(
        record.address, record.cr3, record.eptp,
        record.address if record.code is None else record.code,
        record.cr0, record.cr4, record.efer, controls.rflags, controls.pkru,
        rights(record, True), rights(record, False), 0)


def run(batch: Batch, rom: Path, model: str, protection_keys: bool, timeout: float = 600) -> Run:
    """Makes the accesses of a batch on a processor of that model."""
    count = len(batch.records)
    records = b"".join(map(encode, batch.records))
    records += bytes(-len(records) % SECTOR)
    sectors = len(records) // SECTOR
    results_at = 1 + sectors
    image_at = results_at + sectors
    header = HEADER.pack(b"EPTTEST", count, 1, results_at, sectors, image_at,
                         IMAGE_SIZE // SECTOR, sectors, protection_keys, 0, 0, 0, 0)
    disk = header.ljust(SECTOR, b"\0") + records + bytes(len(records)) + batch.image.content
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.symlink(rom.resolve(), folder / "program.rom")
        (folder / "disk.img").write_bytes(disk + bytes(-len(disk) % CYLINDER))
        said = emulate(folder, model, timeout)
        disk = (folder / "disk.img").read_bytes()
    fields = HEADER.unpack_from(disk)
    if not fields[-1] or b"DONE" not in said:
        raise BochsError(f"Bochs ended before its time: {said[-2000:].decode(errors='replace')}")
    start = results_at * SECTOR
    results = [Result(*words) for words in
               RESULT.iter_unpack(disk[start:start + count * RESULT.size])]
    start = image_at * SECTOR
    return Run(results, disk[start:start + IMAGE_SIZE], fields[9], fields[10] & 0xFF)
