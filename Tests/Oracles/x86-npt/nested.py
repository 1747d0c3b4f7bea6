"""Nested page tables: the rights their entries get, and a walk of both stages that knows no rights.

AMD64 APM volume 2, section 15.25 "Nested Paging": nested tables are long-mode tables (section 5.3),
and every access to a guest-physical address is a user's.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "harness"))

from x86_tables import (  # noqa: E402
    ACCESSED, DIRTY, FRAME, GLOBAL, KEY_SHIFT, NO_EXECUTE, PAT_LARGE, PAT_SMALL, PRESENT, USER,
    WRITABLE, WRITE_THROUGH, Image, flags_above, misaligned)
from x86_way import Way, guest_way, tree_way  # noqa: E402

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
        word |= misaligned(random, level, 0.01 if kind == "table" else 0.04)
    else:
        word |= flags_above(random, level)
    return word


def nested_way(image: Image, ncr3: int, host_levels: int, cr3: int, levels: int, virtual: int
               ) -> Way:
    """The way of an access through both stages; `levels` is 0 for a guest without paging."""

    def host(physical: int, made_for: int | None, way: Way) -> int | None:
        return tree_way(image, ncr3 & FRAME, host_levels, physical, way, 2,
                        lambda at, level: at, made_for)

    return guest_way(image, host, cr3, levels, virtual)
