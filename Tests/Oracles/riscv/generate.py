"""Random guests for the RISC-V oracle test: their tables at both stages, and accesses to them.

Everything comes from one seed. A batch is one image with many small guests in it, each with tables
of its own at both stages, so that what one guest's accesses leave behind touches no other guest.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from random import Random

import machine
from machine import DATA_BYTES, GUEST, HLV, HLVX, HSV, IMAGE, TABLES

PAGE = 4096
LEVELS = {0: 0, 8: 3, 9: 4, 10: 5}  # by the mode field of vsatp and hgatp
VALID, READ, WRITE, EXECUTE, USER, GLOBAL, ACCESSED, DIRTY = (1 << bit for bit in range(8))
NAPOT = 1 << 63
PBMT_SHIFT = 61
PBMTE, ADUE = 1 << 62, 1 << 61  # menvcfg and henvcfg
SUM, MXR, SPP = 1 << 18, 1 << 19, 1 << 8  # sstatus and vsstatus
SPV, SPVP, HSTATUS = 1 << 7, 1 << 8, 2 << 32  # hstatus; VSXL is 64 bits
ACCESSES_OF_A_GUEST = 16


@dataclass(frozen=True)
class Record:
    """One access as the program makes it. CODE is where the guest fetches, for GUEST."""

    guest: int
    vsatp: int
    hgatp: int
    vsstatus: int
    sstatus: int
    hstatus: int
    menvcfg: int
    henvcfg: int
    address: int
    code: int
    operation: int
    value: int
    supervisor: bool  # VS-mode, not VU-mode

    def pack(self) -> bytes:
        """The record as program.s reads it."""
        return machine.RECORD.pack(
            self.vsatp, self.hgatp, self.vsstatus, self.sstatus, self.hstatus, self.menvcfg,
            self.henvcfg, self.address, self.code, self.operation, self.value)


@dataclass
class Batch:
    """One image and the accesses to it, guest by guest."""

    image: bytearray
    records: list[Record] = field(default_factory=list)
    # The pages of tables, in order: guest n's begin at bounds[n] and end at bounds[n + 1].
    bounds: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Target:
    """An address that a guest's tables lead somewhere, and what its first-stage leaf spans."""

    address: int
    span: int
    supervisor: bool  # the page is VS-mode's own (U = 0), as far as was intended


class NoRoom(Exception):
    """A table has no free entry of the wanted kind left; another place must be tried."""


class Tree:
    """One stage's tables. Which entries are used is known, so that no two mappings collide."""

    def __init__(self, guest: Guest, levels: int, root: int, root_entries: int) -> None:
        self.guest = guest
        self.random = guest.random
        self.levels = levels
        # By level: the tables, each with the address it begins to map and its used entries.
        self.tables: list[list[tuple[int, int, set[int]]]] = [[] for _ in range(levels)]
        self.tables[levels - 1].append((0, root, set()))
        self.root_entries = root_entries

    def table(self, level: int) -> tuple[int, int, set[int]]:
        """A table of a level: one that is there, or a new one that a random entry points to."""
        there = self.tables[level]
        if level == self.levels - 1:
            return there[0]
        if there and (len(there) > 2 or self.random.random() < 0.75):
            return self.random.choice(there)
        address, entry = self.entry(level + 1)
        physical, pointer = self.guest.new_table(self, level)
        self.guest.put(entry, pointer >> 12 << 10 | VALID | self.guest.software_bits())
        made = (address, physical, set())
        there.append(made)
        return made

    def entry(self, level: int, run: int = 1) -> tuple[int, int]:
        """An unused entry, or an aligned run of them: the address it maps, and where it lies."""
        address, physical, used = self.table(level)
        entries = self.root_entries if level == self.levels - 1 else 512
        for _ in range(8):
            index = self.random.randrange(entries)
            if self.random.random() < 0.1:
                index = self.random.choice((0, entries - 1))
            index -= index % run
            if not any(one in used for one in range(index, index + run)):
                used.update(range(index, index + run))
                return address + (index << 12 + 9 * level), physical + 8 * index
        raise NoRoom


class Guest:
    """One guest: registers, tables at both stages, and addresses to access."""

    def __init__(self, number: int, batch: Batch, words: memoryview, allocator: Allocator,
                 random: Random) -> None:
        self.number = number
        self.batch = batch
        self.words = words
        self.allocator = allocator
        self.random = random
        self.chance = random.random
        self.flips = 0.012
        # How the guest is, so that its accesses have something in common and each trait is deep
        # enough in some guest.
        self.menvcfg = self._bits(PBMTE, 0.7) | self._bits(ADUE, 0.6)
        self.henvcfg = self.menvcfg
        if self.chance() < 0.3:
            # A bit that is clear in menvcfg is clear in henvcfg too, whatever is written.
            self.henvcfg = self._bits(PBMTE, 0.5) | self._bits(ADUE, 0.5)
        self.enabled = self.henvcfg & self.menvcfg  # for the first stage
        self.tables_read_only = 0.3 if self.chance() < 0.12 else 0.01
        self.tables_clean = 0.5 if self.chance() < 0.3 else 0.02
        host_mode = random.choices((0, 8, 9, 10), (1, 3, 3, 3))[0]
        guest_mode = random.choices((0, 8, 9, 10), (1, 3, 3, 3))[0]
        self.host = None
        self.superpages: list[tuple[int, int, int]] = []
        self.hgatp = host_mode << 60 | random.getrandbits(14) << 44
        if host_mode:
            levels = LEVELS[host_mode]
            root = allocator.take(4)
            # An entry of the first stage holds 56 bits of an address, Sv57x4 maps 59.
            entries = 256 if levels == 5 and guest_mode else 2048
            self.host = Tree(self, levels, root, entries)
            self.hgatp |= root >> 12
            if self.chance() < 0.006:
                self.hgatp ^= 1 << random.choice((0, 1, random.randrange(2, 44)))
        self.guest = None
        self.vsatp = guest_mode << 60 | random.getrandbits(16) << 44
        if guest_mode:
            root = allocator.take(1)
            self.guest = Tree(self, LEVELS[guest_mode], root, 512)
            self.vsatp |= self.guest_physical(root, self._table_flags) >> 12
            if self.chance() < 0.005:
                self.vsatp ^= 1 << random.randrange(44)

    def _bits(self, bits: int, chance: float) -> int:
        return bits if self.chance() < chance else 0

    def software_bits(self) -> int:
        """Bits of an entry that mean nothing to the walk: RSW, and G of a pointer or leaf."""
        return self.random.getrandbits(3) << 8 & 0x300 | self._bits(GLOBAL, 0.2)

    def put(self, entry: int, value: int) -> None:
        """Writes an entry; about one in a hundred gets a single flipped bit, some are absent."""
        chance = self.chance()
        if chance < self.flips:
            value ^= 1 << self.random.randrange(64)
        elif chance < self.flips + 0.003:
            value = 0
        self.words[entry - IMAGE >> 3] = value

    def new_table(self, tree: Tree, level: int) -> tuple[int, int]:
        """A fresh table: its physical address, and the address that a pointer to it holds."""
        physical = self.allocator.take(1)
        if tree is self.host:
            return physical, physical
        return physical, self.guest_physical(physical, self._table_flags)

    # Permissions of leaves.

    def _memory_type(self, enabled: bool) -> int:
        chance = self.chance()
        if enabled and chance < 0.15:
            return self.random.choice((1, 2)) << PBMT_SHIFT
        if chance > 0.995:
            return self.random.randrange(1, 4) << PBMT_SHIFT
        return 0

    def _table_flags(self) -> int:
        """A second-stage leaf that maps a page of the guest's tables (or a superpage)."""
        chance = self.chance
        flags = VALID | self._bits(USER, 0.993) | self._bits(DIRTY, 1 - self.tables_clean)
        flags |= self._bits(ACCESSED, 0.7 if self.menvcfg & ADUE else 0.985)
        if chance() < 0.01:
            flags |= EXECUTE
        else:
            flags |= READ | self._bits(WRITE, 1 - self.tables_read_only) | self._bits(EXECUTE, 0.6)
        return flags | self.software_bits() | self._memory_type(bool(self.menvcfg & PBMTE))

    def _data_flags(self) -> int:
        """A second-stage leaf that maps data."""
        flags = VALID | self._bits(USER, 0.97)
        flags |= self._bits(ACCESSED, 0.5 if self.menvcfg & ADUE else 0.95)
        flags |= self._bits(DIRTY, 0.5 if self.menvcfg & ADUE else 0.9)
        flags |= self._permissions(0.05)
        return flags | self.software_bits() | self._memory_type(bool(self.menvcfg & PBMTE))

    def _code_flags(self) -> int:
        """A second-stage leaf that a guest can execute."""
        return VALID | USER | ACCESSED | EXECUTE | READ | self._bits(WRITE | DIRTY, 0.5)

    def _permissions(self, execute_only: float) -> int:
        chance = self.chance()
        if chance < 0.005:
            return self.random.choice((0, WRITE, WRITE | EXECUTE))
        if chance < 0.005 + execute_only:
            return EXECUTE
        return READ | self._bits(WRITE, 0.85) | self._bits(EXECUTE, 0.75)

    def _guest_flags(self, supervisor: bool) -> int:
        """A first-stage leaf."""
        updates = self.enabled & ADUE
        flags = VALID | (0 if supervisor else USER) | self._permissions(0.07)
        flags |= self._bits(ACCESSED, 0.5 if updates else 0.95)
        flags |= self._bits(DIRTY, 0.5 if updates else 0.9)
        return flags | self.software_bits() | self._memory_type(bool(self.enabled & PBMTE))

    # Mappings.

    def guest_physical(self, physical: int, flags) -> int:
        """Maps a page at the second stage; returns a guest-physical address of it.

        Often by an earlier mapping that happens to cover the page too: a superpage covers a part of
        the image, or all of it.
        """
        if self.host is None:
            return physical
        if self.superpages and self.chance() < 0.5:
            for address, base, span in self.superpages:
                if base <= physical < base + span:
                    return address + physical - base
        level, napot = self._size(self.host.levels)
        for attempt in range(20):
            try:
                if napot:
                    return self._guest_physical_napot(physical, flags)
                address, entry = self.host.entry(level)
                break
            except NoRoom:
                level, napot = attempt % self.host.levels, False
        else:
            raise AssertionError("the second stage is full")
        span = PAGE << 9 * level
        base = physical - physical % span
        self.put(entry, base >> 12 << 10 | flags())
        if level:
            self.superpages.append((address, base, span))
        return address + physical - base

    def _guest_physical_napot(self, physical: int, flags) -> int:
        address, entry = self.host.entry(0, run=16)
        base = physical - physical % (16 * PAGE)
        leaf = base >> 12 << 10 | 8 << 10 | NAPOT | flags()
        for index in range(16):
            self.put(entry + 8 * index, leaf)
        self.superpages.append((address, base, 16 * PAGE))
        return address + physical - base

    def _size(self, levels: int) -> tuple[int, bool]:
        """A level for a leaf, and whether to use a naturally aligned range of 64 KiB."""
        chance = self.chance()
        if chance < 0.62:
            return 0, False
        if chance < 0.68:
            return 0, True
        if chance < 0.84:
            return 1, False
        return self.random.randrange(2, levels), False

    def target(self, supervisor: bool, code: bool = False) -> Target:
        """Maps a data page at both stages; returns an address of it."""
        random = self.random
        physical = IMAGE + PAGE * random.randrange(DATA_BYTES // PAGE)
        guest_physical = self.guest_physical(
            physical, self._code_flags if code else self._data_flags)
        if self.guest is None:
            return Target(guest_physical, PAGE, supervisor)
        flags = self._guest_flags(supervisor)
        if code:
            flags = VALID | ACCESSED | EXECUTE | READ | (0 if supervisor else USER)
        level, napot = self._size(self.guest.levels)
        run = 16 if napot else 1
        for attempt in range(20):
            try:
                address, entry = self.guest.entry(level, run)
                break
            except NoRoom:
                level, run = attempt % self.guest.levels, 1
        else:
            raise AssertionError("the first stage is full")
        span = run * PAGE << 9 * level
        base = guest_physical - guest_physical % span
        leaf = base >> 12 << 10 | flags
        if run > 1:
            leaf |= 8 << 10 | NAPOT
        for index in range(run):
            self.put(entry + 8 * index, leaf)
        address += guest_physical - base
        width = 12 + 9 * self.guest.levels
        if address >> width - 1:  # the upper half of the addresses
            address |= (1 << 64) - (1 << width)
        return Target(address, span, supervisor)

    # Accesses.

    def accesses(self) -> None:
        """Appends the guest's records to the batch."""
        random = self.random
        targets = [self.target(random.random() < 0.5) for _ in range(random.randrange(4, 10))]
        code = {mode: self.target(mode, code=True) for mode in (False, True)}
        for _ in range(ACCESSES_OF_A_GUEST):
            self.batch.records.append(self._record(targets, code))

    def _record(self, targets: list[Target], code: dict[bool, Target]) -> Record:
        random, chance = self.random, self.chance
        target = random.choice(targets)
        supervisor = target.supervisor if chance() < 0.85 else not target.supervisor
        kinds = (6, 5, 3, 7, 7, 6)
        if self.enabled != self.menvcfg:
            # QEMU 10 disregards henvcfg for these three: a few are enough to show it.
            kinds = (0.4, 0.3, 0.3, 7, 7, 6)
        kind = random.choices(("hlv", "hsv", "hlvx", "fetch", "load", "store"), kinds)[0]
        operation = {"hlv": HLV, "hsv": HSV, "hlvx": HLVX}.get(kind, GUEST)
        address = target.address
        if target.span > PAGE and chance() < 0.1:
            # Not further than 2 MiB: a superpage of 1 GiB also covers the program.
            address ^= random.randrange(min(target.span, 1 << 21) // PAGE) * PAGE
        if chance() < 0.012:
            address ^= 1 << random.randrange(12, 64)
        stub = {"load": (0x00, 0x10), "store": (0x08, 0x18)}.get(kind)
        stub = stub and random.choice(stub)
        if kind == "hsv" or stub == 0x08:
            address |= random.randrange(machine.STORE_AREA, PAGE, 8) | random.randrange(4)
        elif kind == "hlv" or stub is not None:
            address |= random.randrange(machine.STUBS_END, PAGE, 8)
        else:
            address |= random.randrange(machine.STUBS_END, machine.STORE_AREA, 4)
        fetched = 0
        if kind == "fetch":
            fetched = address
        elif stub is not None:
            place = code[supervisor] if chance() < 0.97 else random.choice(targets)
            fetched = place.address | stub
        hstatus = HSTATUS
        if operation == GUEST:
            hstatus |= SPV | self._bits(SPVP, 0.5)
        elif supervisor:
            hstatus |= SPVP
        sstatus = self._bits(SUM, 0.5) | self._bits(MXR, 0.25)
        if operation == GUEST and supervisor:
            sstatus |= SPP
        return Record(
            guest=self.number, vsatp=self.vsatp, hgatp=self.hgatp,
            vsstatus=self._bits(SUM, 0.6) | self._bits(MXR, 0.4), sstatus=sstatus, hstatus=hstatus,
            menvcfg=self.menvcfg, henvcfg=self.henvcfg, address=address, code=fetched,
            operation=operation, value=random.getrandbits(8), supervisor=supervisor)


class Allocator:
    """Hands out the image's pages for tables, one after the other."""

    def __init__(self) -> None:
        self.next = TABLES

    def take(self, pages: int) -> int:
        """So many pages, aligned to their number (a second stage's root is 16 KiB)."""
        address = self.next + (-self.next) % (pages * PAGE)
        self.next = address + pages * PAGE
        return address


_data = machine.data_pages()


def generate(seed: int, batch_number: int, count: int) -> Batch:
    """A batch of at least COUNT accesses."""
    random = Random(f"riscv {seed} {batch_number}")
    batch = Batch(bytearray(machine.IMAGE_LIMIT - IMAGE))
    batch.image[:DATA_BYTES] = _data
    allocator = Allocator()
    number = 0
    with memoryview(batch.image) as view, view.cast("Q") as words:
        while len(batch.records) < count:
            batch.bounds.append(allocator.next)
            Guest(number, batch, words, allocator, random).accesses()
            number += 1
    batch.bounds.append(allocator.next)
    del batch.image[allocator.next - IMAGE:]
    return batch
