"""The guest's own page tables, read out of its memory, and checked against the model.

The tables are enumerated here; whether they were read rightly is Nestwalk's to say: every leaf is
translated by `nestwalk translate` over the same memory, and must give the same address.
"""

from __future__ import annotations

import json
import struct
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

_PRESENT = 1
_LARGE = 1 << 7
_ADDRESS = 0x000F_FFFF_FFFF_F000
# The virtual address of the array of struct pages with 4-level tables (x86/x86_64/mm).
STRUCT_PAGES = 0xFFFF_EA00_0000_0000
STRUCT_PAGE_BYTES = 64


@dataclass
class GuestTables:
    """The pages that hold tables, and the leaves as (virtual, physical, bytes)."""

    pages: set[int] = field(default_factory=set)
    leaves: list[tuple[int, int, int]] = field(default_factory=list)

    def frames(self, start: int, length: int) -> list[int]:
        """The physical pages behind a range, in its order."""
        found: list[int] = []
        for virtual, physical, size in self.leaves:
            first = max(virtual, start)
            end = min(virtual + size, start + length)
            if first < end:
                offset = physical + first - virtual
                found += range(offset >> 12, (offset + end - first + 4095) >> 12)
        return found


def read(memory: bytes, cr3: int) -> GuestTables:
    """Goes through all tables from the root, 4 levels of them."""
    tables = GuestTables()
    _read(memory, cr3 & _ADDRESS, 3, 0, tables)
    tables.leaves.sort()
    return tables


def _read(memory: bytes, table: int, level: int, virtual: int, tables: GuestTables) -> None:
    if table + 4096 > len(memory):
        return
    tables.pages.add(table >> 12)
    size = 1 << (12 + 9 * level)
    for index, entry in enumerate(struct.unpack_from("<512Q", memory, table)):
        if not entry & _PRESENT:
            continue
        address = virtual + index * size
        if level == 3 and index >= 256:
            address |= 0xFFFF << 48
        if level == 0 or (level < 3 and entry & _LARGE):
            tables.leaves.append((address, entry & _ADDRESS & -size, size))
        else:
            _read(memory, entry & _ADDRESS, level - 1, address, tables)


def disagreements(
    tables: GuestTables, memory: Path, registers: dict[str, int], nestwalk: Path
) -> tuple[int, int]:
    """How many leaves the model has translated, and how many of them to another address."""
    # RFLAGS.AC lets the kernel read what programs may (SMAP).
    known = {name: hex(number) for name, number in registers.items()}
    lines = [json.dumps({"isa": "x86-64", "rflags": "0x40000", **known})]
    lines += [f'{{"address":"{virtual:#x}"}}' for virtual, _, _ in tables.leaves]
    done = subprocess.run(
        [str(nestwalk), "translate", "--memory", f"{memory}@0"], input="\n".join(lines) + "\n",
        capture_output=True, text=True,
    )
    answers = done.stdout.splitlines()[1:]
    wrong = abs(len(tables.leaves) - len(answers))
    for (_, physical, size), text in zip(tables.leaves, answers):
        answer = json.loads(text)
        wrong += int(answer.get("hpa", "-1"), 0) != physical or answer["guestPageBytes"] != size
    return len(tables.leaves), wrong
