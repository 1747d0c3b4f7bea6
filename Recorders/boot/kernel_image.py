"""What a kernel's file says of itself: its entry points and where its bytes go."""

from __future__ import annotations

import lzma
import struct
from dataclasses import dataclass
from pathlib import Path

# Where QEMU puts the parts of a kernel file (Documentation/x86/boot: the protected-mode kernel at
# 1 MiB); the real-mode part is entered 0x200 bytes behind its start.
REAL_MODE_ENTRY = 0x10200
PROTECTED_MODE_START = 0x100000
_PVH_ENTRY_NOTE = 18


@dataclass(frozen=True)
class Segment:
    """A part of the kernel that is loaded at a physical address."""

    address: int
    data: bytes
    memory: int


@dataclass(frozen=True)
class KernelImage:
    """A Debian kernel, compressed as it is packaged and as the ELF file inside."""

    packaged: bytes
    elf: bytes
    entry: int
    pvh_entry: int
    segments: list[Segment]

    @property
    def protected_mode(self) -> bytes:
        """The part of the packaged file that is loaded at 1 MiB."""
        return self.packaged[(self.packaged[0x1F1] + 1) * 512 :]


def read(path: Path) -> KernelImage:
    """Reads a bzImage whose payload is compressed by xz, as those of Debian 12 are."""
    packaged = path.read_bytes()
    if packaged[0x202:0x206] != b"HdrS":
        raise ValueError(f"{path.name} is no bzImage")
    offset, length = struct.unpack_from("<II", packaged, 0x248)
    start = (packaged[0x1F1] + 1) * 512 + offset
    # The payload ends in the size that it unpacks to, which is not the decompressor's.
    elf = lzma.LZMADecompressor().decompress(packaged[start : start + length])
    if elf[:4] != b"\x7fELF":
        raise ValueError(f"{path.name} holds no ELF file")
    headers, = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    segments = []
    pvh_entry = 0
    for index in range(count):
        kind, _, where, _, address, filed, memory, _ = struct.unpack_from(
            "<IIQQQQQQ", elf, headers + index * size
        )
        if kind == 1:
            segments.append(Segment(address, elf[where : where + filed], memory))
        elif kind == 4:
            pvh_entry = _pvh_entry(elf[where : where + filed]) or pvh_entry
    entry, = struct.unpack_from("<Q", elf, 24)
    return KernelImage(packaged, elf, entry, pvh_entry, segments)


def _pvh_entry(notes: bytes) -> int:
    """The entry point that a machine without a boot loader uses, of a note of Xen's."""
    at = 0
    while at + 12 <= len(notes):
        name, size, kind = struct.unpack_from("<III", notes, at)
        value = at + 12 + (name + 3) // 4 * 4
        if kind == _PVH_ENTRY_NOTE and notes[at + 12 : at + 15] == b"Xen":
            return struct.unpack_from("<I", notes, value)[0]
        at = value + (size + 3) // 4 * 4
    return 0
