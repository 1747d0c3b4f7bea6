"""The machine that makes the accesses: the program of program.s, its memory, and QEMU."""

from __future__ import annotations

import mmap
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

HERE = os.path.dirname(os.path.abspath(__file__))

# The memory of QEMU's virt machine. The program and what the driver writes and reads lie in one
# part, the image in another. No single flipped bit of an address of the image, or of a 1 GiB page,
# reaches the first part or a device: it meets memory that the program closed (machine mode's PMP),
# or none.
RAM = 0x8000_0000
RAM_BYTES = 0x2000_0000
OPEN = 0x8300_0000  # the program, and the beginning of what it leaves open below the image
HEAD = 0x8310_0000  # program.s: HEAD_…
RECORDS = 0x8320_0000
RESULTS = 0x8360_0000
CLOSED = 0x8380_0000
IMAGE = 0x9800_0000
IMAGE_LIMIT = RAM + RAM_BYTES
DATA_BYTES = 0x10_0000  # the data pages come first, then the tables
TABLES = IMAGE + DATA_BYTES

RECORD = struct.Struct("<11Q")  # program.s: RECORD_…
RESULT = struct.Struct("<6Q")  # program.s: RESULT_…
UNTRAPPED = (1 << 64) - 1  # a result's cause where HS-mode's own instruction completed

# Operations (program.s: next).
HLV, HSV, HLVX, GUEST = range(4)

STORE_AREA = 0xC00  # stores only touch the low halves of the words from here on


@dataclass(frozen=True)
class Instruction:
    """An instruction that makes accesses: its encoding, and what htinst shows of it."""

    encoding: int
    transformed: int


HLV_D = Instruction(0x6C05_C573, 0x6C00_4573)  # hlv.d a0,(a1)
HSV_B = Instruction(0x62C5_C073, 0x62C0_4073)  # hsv.b a2,(a1)
HLVX_WU = Instruction(0x6835_C573, 0x6830_4573)  # hlvx.wu a0,(a1)
LD = Instruction(0x0005_B503, 0x0000_3503)  # ld a0,0(a1)
C_LD = Instruction(0x6188, 0x0000_3501)  # c.ld a0,0(a1)
SB = Instruction(0x00C5_8023, 0x00C0_0023)  # sb a2,0(a1)
AMOOR_D = Instruction(0x4005_B52F, 0x4000_352F)  # amoor.d a0,zero,(a1): a store of what is there

# The stubs of a data page: its first words begin with the guest's own instruction, by their offset.
STUBS = {0x00: LD, 0x08: SB, 0x10: C_LD, 0x18: AMOOR_D}
STUBS_END = 0x20
C_NOP = 0x0001


def tag(address: int) -> int:
    """The 32-bit word that a data page holds at an address, and that says which address it is.

    It is an instruction of the opcode custom-0, which nothing here implements, so a fetch of it
    traps and reports it. Its bit 28 is set: as half of a table entry it has a reserved bit set, so
    that a data page taken for a table ends every walk and is never changed by one.
    """
    word = (address - IMAGE) >> 3
    return 0x0B | (word & 0x1F_FFFF) << 7 | 1 << 28 | word >> 21 << 29


def data_pages() -> bytes:
    """The data pages as they are before any access."""
    words = array("Q")
    for address in range(IMAGE, IMAGE + DATA_BYTES, 8):
        words.append(tag(address) * 0x1_0000_0001)
    for page in range(0, len(words), 512):
        for offset, stub in STUBS.items():
            at = page + offset // 8
            filler = 0 if stub.encoding & 3 == 3 else C_NOP << 16
            words[at] = words[at] >> 32 << 32 | filler | stub.encoding
    return words.tobytes()


@dataclass(frozen=True)
class Result:
    """What the program wrote down of one record."""

    scause: int
    stval: int
    htval: int
    htinst: int
    hstatus: int
    value: int

    @property
    def gva(self) -> int:
        """hstatus.GVA."""
        return self.hstatus >> 6 & 1

    @property
    def spv(self) -> int:
        """hstatus.SPV."""
        return self.hstatus >> 7 & 1

    @property
    def spvp(self) -> int:
        """hstatus.SPVP."""
        return self.hstatus >> 8 & 1


class Oracle(Protocol):
    """Another machine that makes the accesses."""

    version: str  # its name and version, as DEPARTURES in run.py knows it
    transforms: bool  # whether it shows the instruction in htinst, where zero would do as well
    batch: int  # how many accesses to make at once

    @classmethod
    def find(cls, known: tuple[str, ...]) -> Self | None:
        """The one that is installed, if it is one of the known versions."""

    def prepare(self, folder: str) -> None:
        """Makes what the runs need."""

    def run(self, records: Sequence[bytes], image: bytes) -> tuple[list[Result], bytes]:
        """Makes the accesses; returns their results and the image afterwards."""


def assemble(program: str, ends: dict[str, int]) -> None:
    """Assembles the program; ENDS says where and what it writes at its end."""
    symbols = [word for name, value in ends.items() for word in ("--defsym", f"{name}={value}")]
    subprocess.run(["riscv64-linux-gnu-as", "-march=rv64i_zicsr", *symbols, "-o", program,
                    os.path.join(HERE, "program.s")], check=True)


def head(count: int, end: int, results: int = RESULTS, image: int = IMAGE) -> bytes:
    """The head of the driver's memory, as program.s reads it."""
    return struct.pack("<9Q", count, RECORDS, results, TABLES, end, image, OPEN, CLOSED, 0)


class Qemu:
    """QEMU, and a file that is the machine's memory."""

    transforms = True
    batch = 20_000

    def __init__(self, qemu: str) -> None:
        self.qemu = qemu
        said = subprocess.run([qemu, "--version"], capture_output=True, text=True,
                              check=False).stdout
        number = re.search(r"version (\d+\.\d+)", said)
        self.version = f"QEMU {number[1]}" if number else "an unknown QEMU"
        self.program = ""

    @classmethod
    def find(cls, known: tuple[str, ...]) -> Self | None:
        """What qemu.sh unpacked, or what is installed, if it is one of the known versions."""
        cache = os.environ.get("NESTWALK_CACHE",
                               os.path.join(HERE, "..", "..", "..", ".build", "oracles"))
        unpacked = os.path.join(cache, "qemu-riscv", "usr", "bin", "qemu-system-riscv64")
        if shutil.which("riscv64-linux-gnu-as") is None:
            return None
        for path in (shutil.which(unpacked), shutil.which("qemu-system-riscv64")):
            if path and (machine := cls(path)).version in known:
                return machine
        return None

    def prepare(self, folder: str) -> None:
        """Makes the program from its source."""
        self.program = os.path.join(folder, "program")
        assemble(self.program + ".o", {"FINISHER": 0x10_0000, "FINISHED": 0x5555})
        subprocess.run(["riscv64-linux-gnu-ld", "-T", os.path.join(HERE, "program.ld"),
                        "-o", self.program, self.program + ".o"], check=True)

    def run(self, records: Sequence[bytes], image: bytes) -> tuple[list[Result], bytes]:
        """Makes the accesses; returns their results and the image afterwards."""
        if RECORDS + len(records) * RECORD.size > RESULTS or \
                RESULTS + len(records) * RESULT.size > CLOSED:
            raise ValueError(f"{len(records)} records do not fit")
        if IMAGE + len(image) > IMAGE_LIMIT:
            raise ValueError(f"an image of {len(image)} bytes does not fit")
        folder = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        with tempfile.NamedTemporaryFile(dir=folder, prefix="nestwalk-riscv-") as file:
            file.truncate(RAM_BYTES)  # sparse: only what is touched takes memory
            with mmap.mmap(file.fileno(), RAM_BYTES) as memory:
                def put(address: int, content: bytes) -> None:
                    memory[address - RAM:address - RAM + len(content)] = content

                put(HEAD, head(len(records), IMAGE + len(image)))
                put(RECORDS, b"".join(records))
                put(IMAGE, image)
                self._start(file.name)
                state, = struct.unpack_from("<Q", memory, HEAD - RAM + 64)
                if state != 1:
                    raise SystemExit("the program met a trap that it does not expect")
                start = RESULTS - RAM
                results = [Result(*fields) for fields in RESULT.iter_unpack(
                    memory[start:start + len(records) * RESULT.size])]
                after = memory[IMAGE - RAM:IMAGE - RAM + len(image)]
        return results, after

    def _start(self, memory: str) -> None:
        command = [
            self.qemu, "-M", "virt,memory-backend=ram", "-m", f"{RAM_BYTES >> 20}M",
            "-object", f"memory-backend-file,id=ram,size={RAM_BYTES},mem-path={memory},share=on",
            "-cpu", "rv64,h=true,svadu=true,svnapot=true,svpbmt=true",
            # No default devices: some would load modules of the machine's own, other QEMU.
            "-nodefaults", "-display", "none",
            # A second hart, which sleeps: with one alone QEMU makes an atomic operation of a load
            # and a store, and reports the load.
            "-smp", "2", "-bios", "none", "-kernel", self.program,
        ]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=600, check=False)
        except subprocess.TimeoutExpired:
            raise SystemExit("QEMU did not come to an end within ten minutes") from None
        if done.returncode != 0:
            sys.stderr.write(done.stderr.decode())
            raise SystemExit(f"QEMU ended with status {done.returncode}")
