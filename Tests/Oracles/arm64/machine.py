"""The machine that makes the accesses: QEMU with the program of program.s, and its memory."""

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
from typing import NamedTuple, Self

HERE = os.path.dirname(os.path.abspath(__file__))
# What qemu.sh unpacks.
UNPACKED = os.path.join(
    os.environ.get("NESTWALK_CACHE", os.path.join(HERE, "..", "..", "..", ".build", "oracles")),
    "qemu-arm", "usr", "bin", "qemu-system-aarch64")

# The memory of QEMU's virt machine. The image (tables, then data) has address bits 27 and 26 set,
# everything that the program needs has both clear: no single flipped bit of an entry leads there.
RAM = 0x4000_0000
RAM_BYTES = 0x1000_0000
HEAD = 0x4040_0000  # program.s: HEAD
STUB = 0x4080_0000  # program.ld
RECORDS = 0x4100_0000
RESULTS = 0x4200_0000
IMAGE = 0x4C00_0000
DATA = 0x4F00_0000
IMAGE_LIMIT = RAM + RAM_BYTES

RECORD = struct.Struct("<16Q")  # program.s: RECORD_…
RESULT = struct.Struct("<10Q")  # program.s: RESULT_…
MOST_RECORDS = (RESULTS - RECORDS) // RECORD.size

# Operations (program.s: translations, guest).
AT_S12E1R, AT_S12E1W, AT_S12E0R, AT_S12E0W, GUEST = range(5)

PAGE = 4096
STUB_CODE = 0x800  # after the vectors


@dataclass(frozen=True)
class Stub:
    """One instruction of the stub page; it uses the address in x11."""

    text: str
    size: int  # bytes of memory
    write: bool = False
    register: int = 10  # where a load puts its value, or 0 where the program does not record it
    signed: int = 0  # the register's width where a load extends the sign
    unprivileged: bool = False
    described: bool = True  # whether a syndrome tells of it: ISV
    ordered: bool = False  # load-acquire or store-release

    @property
    def syndrome(self) -> int:
        """ISV, SAS, SSE, SRT, SF and AR of a stage-2 data abort (DDI 0487, ESR_EL2)."""
        if not self.described:
            return 0
        operand = self.text.split()[1]
        wide = self.signed == 64 if self.signed else operand[0] == "x"
        return (1 << 24 | (self.size.bit_length() - 1) << 22 | bool(self.signed) << 21
                | int(operand[1:-1]) << 16 | wide << 15 | self.ordered << 14)

    def loaded(self, content: bytes) -> int:
        """The register after a load of these bytes."""
        value = int.from_bytes(content[:self.size], "little")
        if self.signed and value >> (8 * self.size - 1):
            value |= (1 << self.signed) - (1 << 8 * self.size)
        return value


# The syndrome of a stage-2 fault tells size, sign, width and register of most of these, and
# nothing of those that write back or use several registers (DDI 0487, ESR_EL2, ISS encoding for an
# exception from a Data Abort, ISV).
STUBS = (
    Stub("ldr x10, [x11]", 8),
    Stub("ldr w10, [x11]", 4),
    Stub("ldrh w27, [x11]", 2, register=27),
    Stub("ldrb w10, [x11]", 1),
    Stub("ldrsb x27, [x11]", 1, register=27, signed=64),
    Stub("ldrsb w10, [x11]", 1, signed=32),
    Stub("ldrsh x10, [x11]", 2, signed=64),
    Stub("ldrsh w27, [x11]", 2, register=27, signed=32),
    Stub("ldrsw x10, [x11]", 4, signed=64),
    Stub("ldar x27, [x11]", 8, register=27, ordered=True),
    Stub("ldarb w10, [x11]", 1, ordered=True),
    Stub("ldr x10, [x11, xzr]", 8),
    Stub("ldur x10, [x11]", 8),
    Stub("ldr x10, [x11], #8", 8, described=False),
    Stub("ldp w10, w27, [x11]", 8, register=0, described=False),
    Stub("ldr d0, [x11]", 8, register=0, described=False),
    Stub("ldxr x10, [x11]", 8, described=False),
    Stub("ldtr x10, [x11]", 8, unprivileged=True),
    Stub("ldtr w27, [x11]", 4, register=27, unprivileged=True),
    Stub("ldtrb w10, [x11]", 1, unprivileged=True),
    Stub("ldtrsh x10, [x11]", 2, signed=64, unprivileged=True),
    Stub("ldtrsw x27, [x11]", 4, register=27, signed=64, unprivileged=True),
    Stub("str x12, [x11]", 8, write=True),
    Stub("str w28, [x11]", 4, write=True),
    Stub("strh w12, [x11]", 2, write=True),
    Stub("strb w28, [x11]", 1, write=True),
    Stub("stlr x28, [x11]", 8, write=True, ordered=True),
    Stub("stlrb w12, [x11]", 1, write=True, ordered=True),
    Stub("stur x12, [x11]", 8, write=True),
    Stub("str x12, [x11, #0]!", 8, write=True, described=False),
    Stub("sttr x12, [x11]", 8, write=True, unprivileged=True),
    Stub("sttr w12, [x11]", 4, write=True, unprivileged=True),
    Stub("sttrb w28, [x11]", 1, write=True, unprivileged=True),
)


def data_word(address: int) -> int:
    """The 8-byte word of a data page: it tells where it lies.

    The low half is MOVZ X10, #page: a fetch that executes it leaves the page's number in the
    register. As a table entry it is invalid (bit 0), so that a data page taken for a table ends
    every walk. The high half is the word's address divided by 8; stores only change that half.
    """
    return (address >> 3) << 32 | 0xD280_000A | (address >> 12 & 0xFFFF) << 5


def data_pages() -> bytes:
    """The data pages as they are before any access."""
    return array("Q", map(data_word, range(DATA, IMAGE_LIMIT, 8))).tobytes()


class Result(NamedTuple):
    """What the program wrote down of one record."""

    esr_el2: int
    far_el2: int
    hpfar_el2: int
    elr_el2: int
    esr_el1: int
    far_el1: int
    x10: int
    x27: int
    par_el1: int
    spsr_el2: int


class Machine:
    """QEMU, the program, and a file that is the machine's memory."""

    def __init__(self, qemu: str) -> None:
        self.qemu = qemu
        said = subprocess.run([qemu, "--version"], capture_output=True, text=True,
                              check=False).stdout
        number = re.search(r"version (\d+\.\d+)", said)
        self.version = f"QEMU {number[1]}" if number else "an unknown QEMU"
        self._folder = tempfile.TemporaryDirectory(prefix="nestwalk-arm64-")
        self.program = os.path.join(self._folder.name, "program.elf")
        self.encodings = self._assemble(self._folder.name)

    @classmethod
    def find(cls, qemu: str) -> Self | None:
        """The machine, if there are a QEMU by that name or path and an assembler."""
        path = shutil.which(qemu)
        return cls(path) if path and shutil.which("aarch64-linux-gnu-as") else None

    def _assemble(self, folder: str) -> list[int]:
        """Builds the program; returns the encodings of the stubs."""
        with open(os.path.join(folder, "stubs.s"), "w", encoding="ascii") as file:
            file.write("".join(stub.text + "\n" for stub in STUBS))
        part = os.path.join(folder, "program.o")
        page = os.path.join(folder, "stub.bin")
        subprocess.run(["aarch64-linux-gnu-as", "-march=armv8.2-a", "-I", folder, "-o", part,
                        os.path.join(HERE, "program.s")], check=True)
        subprocess.run(["aarch64-linux-gnu-ld", "-T", os.path.join(HERE, "program.ld"),
                        "-o", self.program, part], check=True)
        subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", "-j", ".stub",
                        self.program, page], check=True)
        with open(page, "rb") as file:
            content = file.read()
        if len(content) != STUB_CODE + 4 * len(STUBS):
            raise SystemExit(f"the stub page has {len(content)} bytes")
        return list(struct.unpack_from(f"<{len(STUBS)}I", content, STUB_CODE))

    def run(self, cpu: str, records: Sequence[bytes], image: bytes) -> tuple[list[Result], bytes]:
        """Makes the accesses on a PE; returns their results and the image afterwards."""
        if len(records) > MOST_RECORDS:
            raise ValueError(f"{len(records)} records do not fit")
        if IMAGE + len(image) != IMAGE_LIMIT:
            raise ValueError(f"an image of {len(image)} bytes")
        folder = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        with tempfile.NamedTemporaryFile(dir=folder, prefix="nestwalk-arm64-") as file:
            file.truncate(RAM_BYTES)  # sparse: only what is touched takes memory
            with mmap.mmap(file.fileno(), RAM_BYTES) as memory:
                def put(address: int, content: bytes) -> None:
                    memory[address - RAM:address - RAM + len(content)] = content

                put(HEAD, struct.pack("<4Q", len(records), RECORDS, RESULTS, 0))
                put(RECORDS, b"".join(records))
                put(IMAGE, image)
                self._start(cpu, file.name)
                state, = struct.unpack_from("<Q", memory, HEAD - RAM + 24)
                if state != 1:
                    raise SystemExit("the program met an exception that it does not expect")
                start = RESULTS - RAM
                results = list(map(Result._make, RESULT.iter_unpack(
                    memory[start:start + len(records) * RESULT.size])))
                after = memory[IMAGE - RAM:IMAGE - RAM + len(image)]
        return results, after

    def _start(self, cpu: str, memory: str) -> None:
        command = [
            self.qemu, "-M", "virt,virtualization=on,memory-backend=ram",
            "-m", f"{RAM_BYTES >> 20}M",
            "-object", f"memory-backend-file,id=ram,size={RAM_BYTES},mem-path={memory},share=on",
            "-cpu", cpu, "-nodefaults", "-display", "none",
            "-semihosting-config", "enable=on,target=native", "-kernel", self.program,
        ]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=600, check=False)
        except subprocess.TimeoutExpired:
            raise SystemExit("QEMU did not come to an end within ten minutes") from None
        if done.returncode != 0:
            sys.stderr.write(done.stderr.decode())
            raise SystemExit(f"QEMU ended with status {done.returncode}")
