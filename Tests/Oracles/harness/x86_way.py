"""The way of an access of an x86-64 guest through both stages, when no right stops it.

No model: it knows neither rights nor reserved bits. It keeps a generator from fetching instructions
out of a table, and it shows a deviation of an oracle the entries that it is about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from x86_tables import FRAME, PAGE_SIZE, PRESENT, Image, page_bytes


@dataclass(frozen=True)
class Step:
    """One entry on the way of an access: which stage and level, where it lies, and its word."""

    stage: int
    level: int
    place: int
    word: int
    physical: int | None  # the guest-physical address being translated (stage 2)
    made_for: int | None  # the guest level whose entry is being read; None for the final access


@dataclass
class Way:
    """The entries of both stages in the order in which they are read."""

    steps: list[Step]
    target: int | None = None  # where it leads
    absent: int | None = None  # where a table was looked for outside the image


# Where a guest-physical address leads, made for the read of that guest level's entry (None for the
# final access); adds its entries to the way.
Host = Callable[[int, int | None, Way], int | None]


def guest_way(image: Image, host: Host, cr3: int, levels: int, virtual: int) -> Way:
    """The way of an access of a guest with tables of that many levels; 0 without paging."""
    way = Way([])
    if levels == 0:
        way.target = host(virtual, None, way)
        return way

    def entry(address: int, level: int) -> int | None:
        return host(address, level, way)

    physical = tree_way(image, cr3 & FRAME, levels, virtual, way, 1, entry)
    if physical is not None:
        way.target = host(physical, None, way)
    return way


def tree_way(image: Image, root: int, levels: int, address: int, way: Way, stage: int,
             locate: Callable[[int, int], int | None], made_for: int | None = None) -> int | None:
    """Where an address leads through one tree of x86-64 tables, a guest's or a nested one.

    `locate` says where an entry lies, by the address that the tree has for it and its level.
    """
    at = root + (address >> (12 + 9 * (levels - 1)) & 511) * 8
    for level in range(levels, 0, -1):
        place = locate(at, level)
        if place is None:
            return None
        if not image.contains(place):
            way.absent = place
            return None
        word = image.load(place)
        physical, level_read = (None, level) if stage == 1 else (address, made_for)
        way.steps.append(Step(stage, level, place, word, physical, level_read))
        if not word & PRESENT:
            return None
        if level == 1 or word & PAGE_SIZE and level <= 3:
            size = page_bytes(level)
            return word & FRAME & -size | address & (size - 1)
        at = (word & FRAME) + (address >> (12 + 9 * (level - 2)) & 511) * 8
    return None
