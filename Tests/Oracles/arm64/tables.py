"""Random translation tables of both stages, in one image that all groups of accesses share.

A *group* is a few accesses that use the same tables. The tables of different groups lie in the same
frames, each entry in a place of its own: a table only takes the words that its walks read. So a
group costs a few hundred bytes instead of a few hundred kilobytes, every frame looks well used to a
walk that a flipped bit sends astray, and what one group's accesses do to their entries can't be
seen by another's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from machine import DATA, IMAGE, IMAGE_LIMIT, PAGE, STUB

FLIPPED = 0.01  # of the entries have one bit flipped, any of the 64
MISSING = 0.004  # of the entries are zero


@dataclass(frozen=True)
class PE:
    """What differs between QEMU's models of a PE."""

    cpu: str
    address_bits: int  # of physical addresses: ID_AA64MMFR0_EL1.PARange
    extended: bool = False  # FEAT_TTST, FEAT_E0PD, FEAT_S2FWB
    has_pan3: bool = False

    @property
    def least_bits(self) -> int:
        """The narrowest input address."""
        return 16 if self.extended else 25


class Collision(Exception):
    """The words that a mapping needs are taken: another address may do."""


@dataclass(frozen=True)
class Granule:
    """The geometry of one granule size."""

    name: str
    bits: int
    tg0: int  # TCR_EL1.TG0, VTCR_EL2.TG0
    tg1: int  # TCR_EL1.TG1
    blocks: tuple[int, ...]  # levels with block descriptors (48-bit addresses)
    sl0_base: int  # VTCR_EL2.SL0 is this less the start level

    @property
    def stride(self) -> int:
        """How many address bits a level resolves."""
        return self.bits - 3

    def shift(self, level: int) -> int:
        """The lowest address bit that a level resolves."""
        return self.bits + self.stride * (3 - level)

    def start(self, input_bits: int) -> int:
        """Stage 1's start level."""
        return 3 - (input_bits - 1 - self.bits) // self.stride


GRANULES = (
    Granule("4k", 12, 0b00, 0b10, (1, 2), 2),
    Granule("16k", 14, 0b10, 0b01, (2,), 3),
    Granule("64k", 16, 0b01, 0b11, (2,), 3),
)
SIZES = (32, 36, 40, 42, 44, 48)  # TCR_EL1.IPS, VTCR_EL2.PS


@dataclass
class Image:
    """The words of the tables, and whose they are."""

    random: Random
    pe: PE
    words: dict[int, int] = field(default_factory=dict)
    owners: dict[int, int] = field(default_factory=dict)
    flips: int = 0

    def place(self, bits: int) -> int:
        """An address for a table of 2^bits bytes, somewhere among the others."""
        span = (DATA - IMAGE) >> bits
        return IMAGE + (self.random.randrange(span) << bits)

    def put(self, address: int, word: int, group: int, healthy: bool) -> None:
        """Writes one entry; a few are spoilt unless they must be healthy."""
        if address in self.words:
            raise Collision
        chance = self.random.random()
        if not healthy:
            if chance < FLIPPED:
                word ^= 1 << self.random.getrandbits(6)
                self.flips += 1
            elif chance < FLIPPED + MISSING:
                word = 0
        self.words[address] = word
        self.owners[address] = group

    def build(self, data: bytes) -> bytes:
        """The image's bytes: the tables, then the data pages."""
        tables = bytearray(DATA - IMAGE)
        for address, word in self.words.items():
            at = address - IMAGE
            tables[at:at + 8] = word.to_bytes(8, "little")
        image = bytes(tables) + data
        assert len(image) == IMAGE_LIMIT - IMAGE
        return image


def choose(random: Random, weighted: tuple[tuple[int, float], ...]) -> int:
    """A value by its weight; the weights' sum is one."""
    chance = random.random()
    for value, weight in weighted:
        chance -= weight
        if chance < 0:
            return value
    return weighted[-1][0]


# Stage-2 MemAttr[3:0] without FEAT_S2FWB; 0b0100, 0b1000 and 0b1100 are reserved.
NORMAL_S2 = (0b1111, 0b0101, 0b1010, 0b1011, 0b1110, 0b1101, 0b0111)
FORCED_S2 = (0b0101, 0b0110, 0b0111)  # with it
SHAREABLE = (0b00, 0b10, 0b11)  # 0b01 is reserved


class Stage2:
    """The stage-2 tables of a group."""

    def __init__(self, image: Image, group: int) -> None:
        random = image.random
        self.image, self.group, self.random = image, group, random
        self.granule = random.choice(GRANULES)
        granule = self.granule
        while True:
            self.start = random.randrange(0 if granule.bits == 12 else 1,
                                          4 if granule.bits > 12 or image.pe.extended else 3)
            least = granule.shift(self.start) + 1
            most = min(least + granule.stride + 3, 48)
            least = max(least, image.pe.least_bits)
            if least <= most:
                break
        # Half of the roots are concatenated where they can be.
        joined = granule.shift(self.start) + granule.stride + 1
        if joined <= most and random.random() < 0.5:
            least = max(joined, least)
        self.bits = random.randrange(least, most + 1)
        self.root = image.place(self.bits - granule.shift(self.start) + 3)
        # QEMU 7.2 checks the geometry against PS instead of the machine's own size: few of the
        # groups meet that.
        reach = 41 if granule.bits == 14 else 43
        need = max(self.bits, reach if self.start == (0 if granule.bits == 12 else 1) else 0)
        fitting = [code for code, size in enumerate(SIZES) if size >= need]
        self.size = random.choice(fitting) if random.random() < 0.985 else random.randrange(6)
        self.tables: dict[tuple[int, int], int] = {(self.start, 0): self.root}
        self.leaves: dict[tuple[int, int], int] = {}
        self.dirty = random.random() < 0.5  # whether its entries are made for VTCR_EL2.HD
        self.aged = random.random() < 0.5  # and for VTCR_EL2.HA
        self.forced = image.pe.extended and random.random() < 0.5  # HCR_EL2.FWB

    def registers(self) -> tuple[int, int]:
        """VTCR_EL2 without HA and HD, and VTTBR_EL2."""
        random = self.random
        vtcr = (1 << 31 | 64 - self.bits | (self.granule.sl0_base - self.start & 3) << 6 | 0b01 << 8
                | 0b01 << 10 | 0b11 << 12 | self.granule.tg0 << 14 | self.size << 16
                | random.getrandbits(1) << 19)
        return vtcr, self.root | random.getrandbits(8) << 48 | random.getrandbits(1)

    def leaf_level(self, limit: int) -> int:
        """A level for a leaf below 2^limit."""
        levels = [level for level in self.granule.blocks
                  if level >= self.start and self.granule.shift(level) <= limit]
        if levels and self.random.random() < 0.3:
            return self.random.choice(levels)
        return 3

    def map(self, ipa: int, pa: int, level: int, table: bool, healthy: bool) -> None:
        """Maps the page or block of ipa to that of pa, unless it is mapped so already."""
        granule, group, image = self.granule, self.group, self.image
        base = pa >> granule.shift(level) << granule.shift(level)
        for above in range(self.start, level + 1):
            output = self.leaves.get((above, ipa >> granule.shift(above)))
            if output is not None:
                if above == level and output == base:
                    return
                raise Collision
        here = self.root
        index_bits = granule.stride
        for above in range(self.start, level + 1):
            prefix = ipa >> granule.shift(above)
            index = prefix if above == self.start else prefix & (1 << index_bits) - 1
            entry = here + 8 * index
            if above == level:
                if (level + 1, prefix) in self.tables:
                    raise Collision
                image.put(entry, base | self.attributes(table, healthy) | (0b11 if level == 3
                                                                            else 0b01),
                          group, healthy)
                self.leaves[level, prefix] = base
                return
            below = self.tables.get((above + 1, prefix))
            if below is None:
                below = image.place(granule.bits)
                noise = self.random.getrandbits(4) << 55 if self.random.random() < 0.2 else 0
                image.put(entry, below | noise | 0b11, group, healthy)
                self.tables[above + 1, prefix] = below
            here = below

    def attributes(self, table: bool, healthy: bool) -> int:
        """The attributes of a leaf for a guest's table or data."""
        random = self.random
        word = random.choice(SHAREABLE) << 8
        if random.random() < 0.1:
            word |= 1 << 52  # contiguous
        if random.random() < 0.2:
            word |= random.getrandbits(9) << 55  # for software, and ignored
        if healthy:
            return word | (0b0110 if self.forced else 0b1111) << 2 | 1 << 10 | 0b01 << 6
        if table:
            word |= choose(random, ((0b11, 0.66), (0b01, 0.31), (0b10, 0.015), (0, 0.015))) << 6
            word |= random.getrandbits(2) << 53
            device = random.random() < 0.06
        else:
            word |= choose(random, ((0b11, 0.7), (0b01, 0.22), (0b10, 0.05), (0, 0.03))) << 6
            word |= choose(random, ((0, 0.64), (1, 0.12), (2, 0.12), (3, 0.12))) << 53
            device = random.random() < 0.1
        normal = FORCED_S2 if self.forced else NORMAL_S2
        word |= (random.getrandbits(2) if device else random.choice(normal)) << 2
        if random.random() >= (0.3 if self.aged else 0.015):
            word |= 1 << 10  # AF
        if random.random() < (0.6 if self.dirty else 0.05):
            word |= 1 << 51  # DBM
        return word


@dataclass(frozen=True)
class GuestTable:
    """One stage-1 table: where the guest has it and where it is."""

    ipa: int
    pa: int
    level2: int  # the level of the stage-2 leaves that map it


class Guest:
    """What the two halves of a group's stage 1 share: the stage-2 map below them."""

    def __init__(self, image: Image, group: int, stage2: Stage2 | None, size: int) -> None:
        self.image, self.group, self.stage2, self.size = image, group, stage2, size

    def place(self, pa: int, bits: int) -> tuple[int, int]:
        """An intermediate address for 2^bits bytes, and the level of the leaves that map it."""
        if self.stage2 is None:
            return pa, 3
        limit = min(self.stage2.bits, SIZES[self.size])
        level = self.stage2.leaf_level(limit)
        shift = max(self.stage2.granule.shift(level), bits)
        chunk = self.image.random.getrandbits(limit - shift) if limit > shift else 0
        return chunk << shift | pa & (1 << shift) - 1, level

    def reach(self, ipa: int, pa: int, level: int, table: bool, healthy: bool) -> None:
        """Makes stage 2 map one address."""
        if self.stage2 is not None:
            self.stage2.map(ipa, pa, level, table, healthy)


class Half:
    """The stage-1 tables of one half of the address space."""

    def __init__(self, guest: Guest, upper: bool) -> None:
        random = guest.image.random
        self.guest, self.upper, self.random = guest, upper, random
        self.granule = random.choice(GRANULES)
        self.bits = random.randrange(25, 49)
        pe = guest.image.pe
        if pe.extended and random.random() < 0.3:
            self.bits = random.randrange(max(pe.least_bits, self.granule.bits + 1), 25)
        self.start = self.granule.start(self.bits)
        self.root = self.table(self.bits - self.granule.shift(self.start) + 3)
        self.tables: dict[tuple[int, int], GuestTable] = {(self.start, 0): self.root}
        self.leaves: set[tuple[int, int]] = set()
        self.dirty = random.random() < 0.5  # whether its entries are made for TCR_EL1.HD
        self.aged = random.random() < 0.5  # and for TCR_EL1.HA
        self.strict = random.random() < 0.3  # whether tables restrict what lies below

    def table(self, bits: int) -> GuestTable:
        """A new table of 2^bits bytes."""
        pa = self.guest.image.place(bits)
        ipa, level2 = self.guest.place(pa, bits)
        return GuestTable(ipa, pa, level2)

    def base(self, healthy: bool) -> int:
        """The root's address for TTBR0_EL1 or TTBR1_EL1, with an ASID."""
        word = self.root.ipa | self.random.getrandbits(16) << 48 | self.random.getrandbits(1)
        if not healthy and self.random.random() < 0.01:
            word ^= 1 << self.random.randrange(self.granule.bits, 48)
        return word

    def virtual(self, prefix: int, level: int, low: int) -> int:
        """The address of an entry's index path, in this half."""
        address = prefix << self.granule.shift(level) | low
        return address | (-1 << self.bits) & (1 << 64) - 1 if self.upper else address

    def leaf_level(self) -> int:
        """A level for a leaf."""
        levels = [level for level in self.granule.blocks if level >= self.start]
        if levels and self.random.random() < 0.35:
            return self.random.choice(levels)
        return 3

    def map(self, ipa: int, attributes: int, healthy: bool) -> int:
        """Maps some page or block of this half to that of ipa; returns an address for ipa."""
        granule = self.granule
        level = self.leaf_level()
        shift = granule.shift(level)
        prefix = self.random.getrandbits(self.bits - shift)
        table = self.root
        for above in range(self.start, level + 1):
            here = prefix >> granule.stride * (level - above)
            if (above, here) in self.leaves:
                raise Collision
            index = here if above == self.start else here & (1 << granule.stride) - 1
            entry = table.pa + 8 * index
            self.guest.reach(table.ipa + 8 * index, entry, table.level2, True, healthy)
            if above == level:
                if (level + 1, here) in self.tables:
                    raise Collision
                word = ipa >> shift << shift | attributes | (0b11 if level == 3 else 0b01)
                self.guest.image.put(entry, word, self.guest.group, healthy)
                self.leaves.add((level, here))
                break
            below = self.tables.get((above + 1, here))
            if below is None:
                below = self.table(granule.bits)
                self.guest.image.put(entry, below.ipa | self.restrictions(healthy) | 0b11,
                                     self.guest.group, healthy)
                self.tables[above + 1, here] = below
            table = below
        return self.virtual(prefix, level, ipa & (1 << shift) - 1)

    def restrictions(self, healthy: bool) -> int:
        """A table descriptor's attributes: APTable, UXNTable, PXNTable, and what is ignored."""
        random = self.random
        word = random.getrandbits(7) << 52 if random.random() < 0.2 else 0
        word |= random.getrandbits(1) << 63  # NSTable, ignored outside Secure state
        if healthy or not self.strict:
            return word
        for bit, share in ((59, 0.15), (60, 0.15), (61, 0.15), (62, 0.15)):
            if random.random() < share:
                word |= 1 << bit
        return word

    def attributes(self) -> int:
        """A leaf's attributes."""
        random = self.random
        access = choose(random, ((0b01, 0.5), (0b00, 0.2), (0b11, 0.2), (0b10, 0.1)))
        word = (random.getrandbits(3) << 2 | random.getrandbits(1) << 5 | access << 6
                | random.choice(SHAREABLE) << 8 | random.getrandbits(1) << 11)
        if random.random() >= (0.3 if self.aged else 0.02):
            word |= 1 << 10  # AF
        if random.random() < (0.6 if self.dirty else 0.05):
            word |= 1 << 51  # DBM
            if random.random() < 0.5:
                word |= 1 << 7  # clean
        if random.random() < 0.1:
            word |= 1 << 52  # contiguous
        if random.random() < 0.2:
            word |= 1 << 53  # PXN
        if random.random() < 0.2:
            word |= 1 << 54  # UXN
        if random.random() < 0.2:
            word |= random.getrandbits(9) << 55  # for software, and ignored
        return word

    def stub_attributes(self) -> int:
        """A leaf that both levels may execute, even with WXN, and that only EL1 may read."""
        return 0b10 << 6 | self.random.choice(SHAREABLE) << 8 | 1 << 10


def data_page(random: Random) -> int:
    """The address of a page of data."""
    return DATA + PAGE * random.randrange((IMAGE_LIMIT - DATA) // PAGE)


def stub_page(guest: Guest) -> int:
    """Maps the stub page by stage 2; returns its intermediate address."""
    ipa, level = guest.place(STUB, 12)
    guest.reach(ipa, STUB, level, False, True)
    return ipa
