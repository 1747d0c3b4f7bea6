"""Nested page tables: the rights their entries get, and a walk of both stages that knows no rights.

AMD64 APM volume 2, section 15.25 "Nested Paging": nested tables are long-mode tables (section 5.3),
and every access to a guest-physical address is a user's.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "harness"))

from x86_tables import (  # noqa: E402
    ACCESSED, DIRTY, FRAME, GLOBAL, KEY_SHIFT, NO_EXECUTE, PAGE_SIZE, PAT_LARGE, PAT_SMALL, PRESENT,
    USER, WRITABLE, WRITE_THROUGH, Image, flags_above, page_bytes)

# How often an entry lacks a right: P, R/W, U/S, and how often it has NX.
ABOVE = (0.002, 0.004, 0.004, 0.01)
TABLE = (0.006, 0.012, 0.008, 0.04)
DATA = (0.02, 0.14, 0.04, 0.12)


def nested_flags(random: Random, level: int, leaf: bool, kind: str) -> int:
    """The bits of a nested entry: mostly permissive above, mixed in the leaves."""
    if kind == "protected":
        return PRESENT | WRITABLE | USER | (ACCESSED if random.random() < 0.5 else 0)
    absent, read_only, supervisor, no_execute = (
        ABOVE if not leaf else TABLE if kind == "table" else DATA)
    word = 0 if random.random() < absent else PRESENT
    word |= 0 if random.random() < read_only else WRITABLE
    word |= 0 if random.random() < supervisor else USER
    word |= NO_EXECUTE if random.random() < no_execute else 0
    word |= random.getrandbits(2) * WRITE_THROUGH  # PWT and PCD
    word |= ACCESSED if random.random() < 0.3 else 0
    word |= random.getrandbits(3) << 9 | random.getrandbits(7) << 52  # ignored: AVL
    if leaf:
        word |= DIRTY if random.random() < 0.3 else 0
        word |= random.getrandbits(1) * GLOBAL
        word |= random.getrandbits(1) * (PAT_SMALL if level == 1 else PAT_LARGE)
        word |= random.getrandbits(4) << KEY_SHIFT  # nested tables have no keys: ignored
    else:
        word |= flags_above(random, level)
    return word


@dataclass(frozen=True)
class Step:
    """One entry on the way of an access: which stage and level, where it lies, and its word."""

    stage: int
    level: int
    place: int
    word: int
    physical: int | None  # the guest-physical address being translated (stage 2)


def nested_path(image: Image, ncr3: int, host_levels: int, cr3: int, levels: int, virtual: int
                ) -> tuple[int | None, list[Step]]:
    """Where an access leads when no rights and no reserved bits count, and all entries on the way.

    `levels` is 0 for a guest without paging. No model: it keeps the generator from fetching
    instructions out of a table, and it shows a deviation of the oracle the entries it is about.
    """
    steps: list[Step] = []

    def host(physical: int) -> int | None:
        return one_path(image, ncr3 & FRAME, host_levels, physical, steps)

    if levels == 0:
        return host(virtual), steps
    address = (cr3 & FRAME) + (virtual >> (12 + 9 * (levels - 1)) & 511) * 8
    for level in range(levels, 0, -1):
        place = host(address)
        if place is None or not image.contains(place):
            return None, steps
        word = image.load(place)
        steps.append(Step(1, level, place, word, None))
        if not word & PRESENT:
            return None, steps
        if level == 1 or word & PAGE_SIZE and level <= 3:
            size = page_bytes(level)
            return host(word & FRAME & -size | virtual & (size - 1)), steps
        address = (word & FRAME) + (virtual >> (12 + 9 * (level - 2)) & 511) * 8
    return None, steps


def one_path(image: Image, root: int, levels: int, physical: int, steps: list[Step]) -> int | None:
    """Where the nested tables lead; adds each entry read to `steps`."""
    place = root + (physical >> (12 + 9 * (levels - 1)) & 511) * 8
    for level in range(levels, 0, -1):
        if not image.contains(place):
            return None
        word = image.load(place)
        steps.append(Step(2, level, place, word, physical))
        if not word & PRESENT:
            return None
        if level == 1 or word & PAGE_SIZE and level <= 3:
            size = page_bytes(level)
            return word & FRAME & -size | physical & (size - 1)
        place = (word & FRAME) + (physical >> (12 + 9 * (level - 2)) & 511) * 8
    return None
