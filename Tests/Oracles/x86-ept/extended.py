"""Random extended page tables: the second stage of the EPT test, and a walk that knows no rights.

Intel SDM volume 3C section 29.3 gives the entries.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "harness"))

from x86_tables import FRAME, PAGE_SIZE, Image, page_bytes  # noqa: E402
from x86_way import Step, Way, guest_way  # noqa: E402

READ = 1 << 0
WRITE = 1 << 1
EXECUTE = 1 << 2
RIGHTS = READ | WRITE | EXECUTE
MEMORY_TYPE_SHIFT = 3
WRITE_BACK = 6
IGNORE_PAT = 1 << 6
ACCESSED = 1 << 8
DIRTY = 1 << 9
USER_EXECUTE = 1 << 10  # ignored without mode-based execute control
SUPPRESS_VE = 1 << 63

LEVELS = 4
ROOT_TYPES = (WRITE_BACK, WRITE_BACK, 0)  # what the EPTP may say of the tables: WB or UC

# Rights of a leaf and how often. Two of them are misconfigurations: a page that can be written but
# not read (29.3.3.1).
DATA_RIGHTS = {RIGHTS: 85, READ | WRITE: 9, READ: 9, READ | EXECUTE: 9, EXECUTE: 7,
               WRITE: 1.5, WRITE | EXECUTE: 1.5, 0: 5}
TABLE_RIGHTS = {RIGHTS: 150, READ | WRITE: 40, READ: 4, READ | EXECUTE: 3, EXECUTE: 0.8,
                WRITE: 0.4, WRITE | EXECUTE: 0.4, 0: 1}
ABOVE_RIGHTS = {RIGHTS: 300, READ | WRITE: 2, READ: 2, READ | EXECUTE: 2, EXECUTE: 1,
                WRITE: 0.4, WRITE | EXECUTE: 0.4, 0: 0.6}


def choose(random: Random, weights: dict[int, float]) -> int:
    """One of the keys, by its weight."""
    return random.choices(tuple(weights), tuple(weights.values()))[0]


class ExtendedTables:
    """One tree of 4-level extended page tables with 4K, 2M and 1G leaves."""

    def __init__(self, random: Random, image: Image, width: int) -> None:
        """Makes an empty tree, on a processor with physical addresses of that many bits."""
        self.random = random
        self.image = image
        self.width = width
        self.root = image.frame()
        self.entries: list[int] = []  # where the entries lie that a flip may choose
        self._tables: dict[int, int] = {}  # by where the entry lies that points to it

    def map(self, virtual: int, target: int, level: int, kind: str) -> bool:
        """Maps one page of a level's size; false where something is in the way."""
        table = self.root
        for depth in range(LEVELS, level, -1):
            place = table + (virtual >> (12 + 9 * (depth - 1)) & 511) * 8
            if place not in self._tables:
                if self.image.load(place):
                    return False
                below = self.image.frame()
                self._store(place, below | self._above(depth, kind), kind)
                self._tables[place] = below
            table = self._tables[place]
        place = table + (virtual >> (12 + 9 * (level - 1)) & 511) * 8
        if place in self._tables or self.image.load(place):
            return False
        self._store(place, target | self._leaf(level, kind), kind)
        return True

    def _store(self, place: int, word: int, kind: str) -> None:
        self.image.store(place, word)
        if kind != "protected":
            self.entries.append(place)

    def _ignored(self) -> int:
        """Bits that bear on nothing here, or (8 and 9, with A/D flags) on nothing but themselves."""
        random = self.random
        word = random.getrandbits(1) * USER_EXECUTE | random.getrandbits(1) << 11
        word |= random.getrandbits(11) << 52 | random.getrandbits(1) * SUPPRESS_VE
        word |= ACCESSED if random.random() < 0.3 else 0
        return word | (DIRTY if random.random() < 0.3 else 0)

    def _above(self, level: int, kind: str) -> int:
        random = self.random
        word = self._ignored()
        if kind == "protected":
            return word | RIGHTS
        word |= choose(random, ABOVE_RIGHTS)
        if random.random() < 0.006:  # reserved where there is no leaf: bits 6:3, in the root 7:3
            word |= 1 << random.randrange(3, 8 if level == LEVELS else 7)
        return word | self._too_wide(0.002)

    def _too_wide(self, chance: float) -> int:
        """A bit of the frame beyond the processor's physical addresses, now and then."""
        if self.random.random() >= chance:
            return 0
        return 1 << self.random.randrange(self.width, 52)

    def _leaf(self, level: int, kind: str) -> int:
        random = self.random
        word = self._ignored() | random.getrandbits(1) * IGNORE_PAT
        word |= PAGE_SIZE if level > 1 else random.getrandbits(1) * PAGE_SIZE  # ignored at level 1
        if kind == "protected":
            return word | RIGHTS | WRITE_BACK << MEMORY_TYPE_SHIFT
        word |= choose(random, TABLE_RIGHTS if kind == "table" else DATA_RIGHTS)
        kinds = (0, 1, 4, 5, 6, 6, 6, 6)
        reserved = 0.002 if kind == "table" else 0.015
        word |= (random.choice((2, 3, 7)) if random.random() < reserved
                 else random.choice(kinds)) << MEMORY_TYPE_SHIFT
        if level > 1 and random.random() < reserved:  # below the frame of a large leaf
            word |= 1 << random.randrange(12, 12 + 9 * (level - 1))
        return word | self._too_wide(reserved / 2)


def extended_path(image: Image, root: int, physical: int, made_for: int | None, way: Way
                  ) -> int | None:
    """Where a guest-physical address leads; adds to the way what is on it."""
    place = root + (physical >> 39 & 511) * 8
    for level in range(LEVELS, 0, -1):
        if not image.contains(place):
            way.absent = place
            return None
        word = image.load(place)
        way.steps.append(Step(2, level, place, word, physical, made_for))
        if not word & RIGHTS:
            return None
        if level == 1 or word & PAGE_SIZE and level <= 3:
            size = page_bytes(level)
            return word & FRAME & -size | physical & (size - 1)
        place = (word & FRAME) + (physical >> (12 + 9 * (level - 2)) & 511) * 8
    return None


def nested_path(image: Image, eptp: int, cr3: int, virtual: int, paging: bool) -> Way:
    """The way of an access through both stages."""
    return guest_way(image, partial(extended_path, image, eptp & FRAME), cr3, 4 if paging else 0,
                     virtual)
