"""Random x86-64 page tables, registers and addresses for the oracle tests of x86 guests.

What is here belongs to the guest and is the same over every second stage: the EPT test and the NPT
test both use it. The second stage itself is a tree that the test brings (`SecondStage`); nested page
tables are x86 tables, so the NPT test makes it with `Tables` too.

Two address spaces meet in a guest's tables: an entry holds *guest-physical* addresses, but the words
lie in the image at *host-physical* ones. A `Page` knows both. Everything random comes from the one
`random.Random` that is passed down, so a seed gives the same image again.

Intel SDM volume 3A chapter 4 and AMD64 APM volume 2 chapter 5 give the entries.
"""

from __future__ import annotations

import array
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

PRESENT = 1 << 0
WRITABLE = 1 << 1
USER = 1 << 2
WRITE_THROUGH = 1 << 3
CACHE_DISABLE = 1 << 4
ACCESSED = 1 << 5
DIRTY = 1 << 6
PAGE_SIZE = 1 << 7  # in an entry of level 2 or 3: this is a leaf
PAT_SMALL = 1 << 7  # in a leaf of level 1
GLOBAL = 1 << 8
PAT_LARGE = 1 << 12  # in a leaf of level 2 or 3
NO_EXECUTE = 1 << 63
KEY_SHIFT = 59  # protection key, bits 62:59 of a leaf

FRAME = ((1 << 52) - 1) & ~0xFFF


def page_bytes(level: int) -> int:
    """The bytes that one entry of a level maps: 4 KiB at level 1, 2 MiB at 2, 1 GiB at 3."""
    return 1 << (12 + 9 * (level - 1))


@dataclass(frozen=True)
class Features:
    """What the oracle's processor offers, so that nothing else is asked of it."""

    maxphyaddr: int = 40
    gigabyte_pages: bool = True
    protection_keys: bool = False  # CR4.PKE
    supervisor_keys: bool = False  # CR4.PKS


@dataclass(frozen=True)
class Page:
    """A page of tables: the address that entries give it, and where its words lie in the image."""

    address: int
    storage: int


class Image:
    """The memory of one run, at its host-physical base, with the frames not yet given out.

    The upper part is data: each aligned word there is `mov eax, PA >> 3; ud2; nop`. So a load
    returns its own physical address, a fetch leaves it in EAX and traps, and a data page that a
    flipped bit makes a table holds no present entry, neither of x86 (bit 0) nor of EPT (bits 2:0).
    """

    def __init__(self, base: int, size: int, data: int) -> None:
        """Makes an image whose last `data` bytes are data (2 MiB aligned, for large leaves)."""
        self.base = base
        self.data_start = base + size - data
        self.end = base + size
        if self.data_start % page_bytes(2) or self.end % page_bytes(2):
            raise ValueError("the data must be whole 2 MiB pages")
        words = array.array("Q", (data_word(pa) for pa in range(self.data_start, self.end, 8)))
        if sys.byteorder != "little":
            words.byteswap()
        self.content = bytearray(self.data_start - base) + words.tobytes()
        self._frames: list[int] = []

    def give_frames(self, random: Random, start: int, end: int) -> None:
        """Makes the frames of a range those that `frame` gives out, in random order.

        The first two of each 2 MiB are left out: were a table there, a flip of the PS bit in the
        entry that points to it would make a legal large leaf over the tables.
        """
        self._frames = [pa for pa in range(start, end, 4096) if pa % page_bytes(2) >= 8192]
        random.shuffle(self._frames)

    def frame(self) -> int:
        """A free frame, all zero."""
        return self._frames.pop()

    def is_data(self, pa: int) -> bool:
        """Whether an address lies in the part that holds its own addresses."""
        return self.data_start <= pa < self.end

    def contains(self, pa: int) -> bool:
        """Whether an address lies in the image at all."""
        return self.base <= pa < self.end

    def load(self, pa: int) -> int:
        """The word at a host-physical address."""
        return struct.unpack_from("<Q", self.content, pa - self.base)[0]

    def store(self, pa: int, word: int) -> None:
        """Sets the word at a host-physical address."""
        struct.pack_into("<Q", self.content, pa - self.base, word)


def data_word(pa: int) -> int:
    """The word of data at an address: `b8 imm32 0f 0b 90`, the immediate being the address >> 3."""
    return 0x900B0F << 40 | (pa >> 3) << 8 | 0xB8


def address_of(word: int) -> int | None:
    """The address that a word of data tells, or nothing where the word is no data."""
    pa = (word >> 8 & 0xFFFFFFFF) << 3
    return pa if data_word(pa) == word else None


class Flags(Protocol):
    """Chooses the bits of an entry beside its address (and beside PS, which `Tables` sets)."""

    def __call__(self, random: Random, level: int, leaf: bool, kind: str) -> int: ...


class Tables:
    """One tree of x86-64 tables, of 4 or 5 levels; a guest's or a nested one."""

    def __init__(self, random: Random, image: Image, allocate: Callable[[bool], Page],
                 levels: int, flags: Flags) -> None:
        """Makes an empty tree; `allocate(protected)` gives a page for a table."""
        self.random = random
        self.image = image
        self.allocate = allocate
        self.levels = levels
        self.flags = flags
        self.root = allocate(True)
        self.entries: list[int] = []  # where the entries lie that `flip` may choose
        self._tables: dict[int, Page] = {}  # by where the entry lies that points to it

    def map(self, virtual: int, target: int, level: int, kind: str = "data") -> bool:
        """Maps one page of a level's size; false where something is in the way.

        The kind is handed to the choice of flags. Entries made for the kind "protected" are never
        flipped: the test's own program depends on them, so map those first.
        """
        page = self.root
        for depth in range(self.levels, level, -1):
            place = page.storage + (virtual >> (12 + 9 * (depth - 1)) & 511) * 8
            if place not in self._tables:
                if self.image.load(place) & PRESENT:
                    return False
                below = self.allocate(kind == "protected")
                self._store(place, below.address, depth, False, kind)
                self._tables[place] = below
            page = self._tables[place]
        place = page.storage + (virtual >> (12 + 9 * (level - 1)) & 511) * 8
        if place in self._tables or self.image.load(place):
            return False
        self._store(place, target | (PAGE_SIZE if level > 1 else 0), level, True, kind)
        return True

    def place(self, virtual: int) -> int:
        """Where the entry of level 1 lies that maps an address."""
        page = self.root
        for depth in range(self.levels, 1, -1):
            page = self._tables[page.storage + (virtual >> (12 + 9 * (depth - 1)) & 511) * 8]
        return page.storage + (virtual >> 12 & 511) * 8

    def _store(self, place: int, word: int, level: int, leaf: bool, kind: str) -> None:
        self.image.store(place, word | self.flags(self.random, level, leaf, kind))
        if kind != "protected":
            self.entries.append(place)


def flip(random: Random, image: Image, entries: list[int], share: float) -> int:
    """Flips one random bit in a share of the entries; returns how many.

    About 1 % is right: at 6 % nearly every two-stage walk meets a flip.
    """
    flipped = 0
    for place in entries:
        if random.random() < share:
            image.store(place, image.load(place) ^ 1 << random.randrange(64))
            flipped += 1
    return flipped


def spoilt(random: Random, image: Image, root: int) -> int:
    """A copy of a root with one bit flipped in one of its entries: there are so few of them that
    flips alone would seldom meet each bit. The last entry, which leads to the code, stays."""
    copy = image.frame()
    words = image.content[root - image.base:root - image.base + 4096]
    image.content[copy - image.base:copy - image.base + 4096] = words
    used = [at for at in range(0, 4088, 8) if image.load(root + at)]
    at = copy + random.choice(used)
    bit = random.choice((random.randrange(64), random.randrange(13)))
    image.store(at, image.load(at) ^ 1 << bit)
    return copy


def pick_root(random: Random, roots: list[int], chance: float) -> int:
    """The first of some roots, or with that chance one of the others."""
    return random.choice(roots[1:]) if random.random() < chance else roots[0]


def guest_flags(random: Random, level: int, leaf: bool, kind: str) -> int:
    """The bits of a guest's entry: mostly permissive above, mixed in the leaves."""
    if kind == "protected":
        return PRESENT | WRITABLE | USER | ACCESSED | (DIRTY if leaf else 0)
    strict = 0.30 if leaf else 0.04
    word = 0 if random.random() < (0.04 if leaf else 0.01) else PRESENT
    word |= 0 if random.random() < strict else WRITABLE
    word |= 0 if random.random() < strict else USER
    word |= NO_EXECUTE if random.random() < strict / 2 else 0
    word |= random.getrandbits(2) * WRITE_THROUGH  # PWT and PCD
    word |= ACCESSED if random.random() < 0.3 else 0
    word |= random.getrandbits(3) << 9 | random.getrandbits(7) << 52  # ignored: AVL
    if leaf:
        word |= DIRTY if random.random() < 0.3 else 0
        word |= random.getrandbits(1) * GLOBAL
        word |= random.getrandbits(1) * (PAT_SMALL if level == 1 else PAT_LARGE)
        word |= random.getrandbits(4) << KEY_SHIFT
        word |= misaligned(random, level, 0.02)
    else:
        word |= flags_above(random, level)
    return word


def misaligned(random: Random, level: int, chance: float) -> int:
    """With that chance, a reserved bit between PAT and the frame of a large leaf."""
    if level == 1 or random.random() >= chance:
        return 0
    return 1 << random.randrange(13, 12 + 9 * (level - 1))


def flags_above(random: Random, level: int) -> int:
    """Bits of an entry that points to a table which mean something in leaves only.

    All are ignored, except that AMD reserves G in the levels above 3 (APM figures 5-18 and 5-20).
    """
    word = DIRTY if random.random() < 0.2 else 0
    word |= GLOBAL if random.random() < (0.2 if level <= 3 else 0.005) else 0
    return word | random.getrandbits(4) << KEY_SHIFT


class SecondStage(Protocol):
    """The tree that maps guest-physical memory: the test's own."""

    def map(self, virtual: int, target: int, level: int, kind: str) -> bool:
        """Maps guest-physical `virtual` to host-physical `target` by a leaf of a level.

        The kinds: "protected" (all rights, never flipped), "table" (holds guest tables), "data".
        """


class GuestMemory:
    """A sparse guest-physical memory: each page of it is somewhere else in the image.

    Guest-physical addresses below 1 GiB are for what is protected. The others come from a few 1 GiB
    regions (one of them below 4 GiB, for a guest without paging), so that the second stage needs
    few tables. `known` holds each 4 KiB page of data that is mapped.
    """

    LOW = 1 << 30

    def __init__(self, random: Random, image: Image, second: SecondStage, width: int = 40,
                 gigabyte_pages: bool = True) -> None:
        """Makes an empty memory of addresses of `width` bits."""
        self.random = random
        self.image = image
        self.second = second
        self.gigabyte_pages = gigabyte_pages
        self.known: list[int] = []
        self._protected = iter(random.sample(range(256, 1 << 17), 256))
        giant = page_bytes(3)
        self._regions = [random.randrange(1, 4) * giant]
        while len(self._regions) < 3:
            region = random.randrange(4, (1 << width) // giant) * giant
            if region not in self._regions:
                self._regions.append(region)
        self._width = width
        self._scattered = [self._free_2m() for _ in range(5)]  # where 4 KiB pages go
        self._windows: dict[tuple[int, int], int] = {}  # (host-physical block, level) to address

    def protect(self, hpa: int) -> int:
        """Maps one page of the image for good, below 512 MiB; returns its guest-physical address."""
        gpa = next(self._protected) * 4096
        if not self.second.map(gpa, hpa, 1, "protected"):
            raise ValueError(f"{gpa:#x} is mapped already")
        return gpa

    def alias(self, hpa: int) -> int:
        """Another guest-physical address of a page of tables, with any rights. What a protected page
        is reached by has all rights, and so would never stop a walk."""
        while True:
            gpa = self.random.randrange(1 << 17, 1 << 18) * 4096  # below 1 GiB, nothing else there
            if self.second.map(gpa, hpa, 1, "table"):
                return gpa

    def table(self, protected: bool) -> Page:
        """A page for a guest's table: mostly by a 4 KiB leaf, sometimes inside a large one."""
        hpa = self.image.frame()
        if protected:
            return Page(self.protect(hpa), hpa)
        choice = self.random.random()
        if choice < 0.15:
            return Page(self._window(hpa, 2), hpa)
        if choice < 0.25 and self.gigabyte_pages:
            return Page(self._window(hpa, 3), hpa)
        return Page(self._small(hpa, "table"), hpa)

    def data(self, level: int) -> int:
        """The guest-physical address of a page of data, of a level's size and alignment."""
        choice = self.random.random()
        hpa = self.random.randrange(self.image.data_start, self.image.end, 4096)
        if level == 1:
            if choice < 0.12:
                return self._window(hpa, 2)
            if choice < 0.20 and self.gigabyte_pages:
                return self._window(hpa, 3)
            gpa = self._small(hpa, "data")
            self.known.append(gpa)
            return gpa
        if level == 2:
            if choice < 0.5:
                return self._window(hpa, 2) & -page_bytes(2)
            if choice < 0.6 and self.gigabyte_pages:
                return self._window(hpa, 3) & -page_bytes(2)
            if choice < 0.7:
                return self.random.choice(self._scattered)
            return self._sparse()
        if choice < 0.4 and self.gigabyte_pages:
            return self._window(hpa, 3) & -page_bytes(3)
        region = self.random.choice(self._regions)
        if not any(region <= gpa < region + page_bytes(3) for gpa in self.known):
            self._sparse(region)
        return region

    def known_in(self, base: int, size: int) -> list[int]:
        """The data pages known in a range."""
        return [gpa for gpa in self.known if base <= gpa < base + size]

    def _free_2m(self, region: int | None = None) -> int:
        if region is None:
            region = self.random.choice(self._regions)
        return region + self.random.randrange(512) * page_bytes(2)

    def _small(self, hpa: int, kind: str) -> int:
        while True:
            gpa = self.random.choice(self._scattered) + self.random.randrange(512) * 4096
            if self.second.map(gpa, hpa, 1, kind):
                return gpa

    def _sparse(self, region: int | None = None) -> int:
        """2 MiB of which the second stage maps a few 4 KiB pages."""
        while True:
            base = self._free_2m(region)
            hpa = self.random.randrange(self.image.data_start, self.image.end, 4096)
            if self.second.map(base + self.random.randrange(512) * 4096, hpa, 1, "data"):
                break
        for _ in range(8):
            gpa = base + self.random.randrange(512) * 4096
            hpa = self.random.randrange(self.image.data_start, self.image.end, 4096)
            if self.second.map(gpa, hpa, 1, "data"):
                self.known.append(gpa)
        return base

    def _window(self, hpa: int, level: int) -> int:
        """The address of a frame inside a large leaf, which is made at first use."""
        size = page_bytes(level)
        block = hpa & -size
        if (block, level) not in self._windows:
            while True:
                base = (self._free_2m() if level == 2 else
                        self.random.randrange(1, (1 << self._width) // size) * size)
                kind = "data" if block >= self.image.data_start else "table"
                if self.second.map(base, block, level, kind):
                    break
            self._windows[block, level] = base
            first = max(block, self.image.data_start)
            frames = range(first, min(block + size, self.image.end), 4096)
            for frame in self.random.sample(frames, min(8, len(frames))):
                self.known.append(base + frame - block)
        return self._windows[block, level] + hpa - block


@dataclass
class Guest:
    """A guest's tables over its memory, and the virtual addresses worth an access.

    The last entry of the root is kept for `protect`, where the test puts its own code.
    """

    random: Random
    image: Image
    memory: GuestMemory
    levels: int
    features: Features
    tables: Tables = field(init=False)
    leaves: list[tuple[int, int, int]] = field(default_factory=list)  # virtual, physical, level
    _pools: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tables = Tables(self.random, self.image, self.memory.table, self.levels, guest_flags)
        # A few indices at each level, so that leaves share tables. Both halves of the root.
        pick = self.random.randrange
        self._pools = [[pick(512) for _ in range(6)], [pick(512) for _ in range(4)],
                       [pick(512) for _ in range(3)]]
        roots = [pick(256), pick(256), 256 + pick(255)]
        self._pools += [roots] if self.levels == 4 else [[pick(512), pick(512)], roots]

    def protect(self, page: int, gpa: int, flags: int) -> int:
        """Maps a page for the test's program under the root's last entry, with exactly these bits
        in the leaf; returns its virtual address."""
        virtual = (-page_bytes(self.levels) + page * 4096) & (1 << 64) - 1
        if not self.tables.map(virtual, gpa, 1, "protected"):
            raise ValueError("the page is mapped already")
        self.image.store(self.tables.place(virtual), gpa | flags)
        return virtual

    def populate(self, leaves: int) -> None:
        """Maps that many pages of random sizes at random addresses."""
        while len(self.leaves) < leaves:
            level = self.random.choices((1, 2, 3), (6, 3, 2))[0]
            if level == 3 and not self.features.gigabyte_pages:
                continue
            virtual = 0
            for depth in range(level, self.levels + 1):
                # Large leaves get indices of their own, or the tables below would be in the way.
                index = (self.random.randrange(512) if depth == level and level > 1 else
                         self.random.choice(self._pools[depth - 1]))
                virtual |= index << (12 + 9 * (depth - 1))
            virtual = canonical(virtual, self.levels)
            physical = self.memory.data(level)
            if self.tables.map(virtual, physical, level):
                self.leaves.append((virtual, physical, level))

    def address(self) -> int:
        """A virtual address to access, 8-byte aligned: mostly one that is mapped to data."""
        virtual, physical, level = self.random.choice(self.leaves)
        size = page_bytes(level)
        offset = self.random.randrange(0, size, 8)
        if level > 1 and self.random.random() < 0.95:
            known = self.memory.known_in(physical, size)
            if known:
                offset = self.random.choice(known) - physical + (offset & 0xFF8)
        virtual += offset
        choice = self.random.random()
        if choice < 0.02:  # most often not canonical, or another half
            return virtual ^ 1 << self.random.randrange(12 + 9 * self.levels - 1, 64)
        if choice < 0.06:
            return canonical(virtual ^ 1 << self.random.randrange(12, 11 + 9 * self.levels),
                             self.levels)
        return virtual


def canonical(virtual: int, levels: int) -> int:
    """An address with the bits above the tree's reach made copies of the highest one in it."""
    top = 12 + 9 * levels
    virtual &= (1 << top) - 1
    return virtual | (1 << 64) - (1 << top) if virtual >> (top - 1) else virtual


@dataclass(frozen=True)
class Controls:
    """The guest's registers that bear on paging."""

    cr0: int
    cr4: int
    efer: int
    rflags: int
    pkru: int
    ia32_pkrs: int


def random_controls(random: Random, features: Features, levels: int) -> Controls:
    """Registers of a 64-bit guest with paging on; the caller adds what its machine needs (SVME)."""
    def bit(position: int, chance: float) -> int:
        return 1 << position if random.random() < chance else 0

    cr4 = 1 << 5 | bit(7, 0.5) | bit(20, 0.4) | bit(21, 0.3)  # PAE, PGE, SMEP, SMAP
    cr4 |= 1 << 12 if levels == 5 else 0  # LA57
    cr4 |= bit(22, 0.4) if features.protection_keys else 0
    cr4 |= bit(24, 0.4) if features.supervisor_keys else 0
    return Controls(
        cr0=0x80000011 | bit(5, 0.5) | bit(16, 0.6),  # PG, ET, PE, NE, WP
        cr4=cr4,
        efer=0x500 | bit(11, 0.85),  # LMA, LME, NXE
        rflags=2 | bit(18, 0.4),  # AC
        pkru=random.getrandbits(32) & random.getrandbits(32) & random.getrandbits(32),
        ia32_pkrs=random.getrandbits(32) & random.getrandbits(32) & random.getrandbits(32))
