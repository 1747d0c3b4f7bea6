"""Makes a batch: an image with guests over nested page tables, and accesses to make in them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "harness"))

from x86_tables import (  # noqa: E402
    ACCESSED, DIRTY, PRESENT, USER, WRITABLE, Controls, Features, Guest, GuestMemory, Image, Page,
    Tables, flip, pick_root, random_controls, spoilt)

from nested import nested_flags, nested_way  # noqa: E402

# program.s relies on the base: see there.
IMAGE_BASE = 0x0400_0000
IMAGE_SIZE = 0x00C0_0000
DATA_SIZE = 0x0040_0000

FLIPS = 0.012
GUESTS_PER_TREE = 2
LEAVES_PER_GUEST = 40
# What one nested tree and its guests may need of the frames for tables.
FRAMES_PER_TREE = 200

# The guest's own instructions, one page that all guests map: each makes its access at RDI, leaves
# what it loaded in RAX, and exits by VMMCALL. A write is an exchange-and-add of zero: it changes
# nothing wherever a flipped bit leads it, and tells the word that was there. It is locked because
# QEMU would make a load and a store of it otherwise, and a fault would be the load's.
CODE = {
    ("read", True): (0x000, bytes.fromhex("488b07 0f01d9")),  # mov rax, [rdi]; vmmcall
    ("write", True): (0x040, bytes.fromhex("31c0 f0480fc107 0f01d9")),  # xor; lock xadd [rdi], rax
    ("read", False): (0x080, bytes.fromhex("8b07 0f01d9")),  # mov eax, [edi]; vmmcall
    ("write", False): (0x0C0, bytes.fromhex("31c0 f00fc107 0f01d9")),  # xor; lock xadd [edi], eax
}
# Where the instruction that makes a write begins: after XOR.
WRITE_OFFSET = 2


@dataclass(frozen=True)
class Record:
    """One access, with the registers it is made with."""

    address: int
    access: str
    cpl: int
    paging: bool
    ncr3: int
    cr3: int
    controls: Controls
    host_cr0: int
    host_cr4: int
    host_efer: int
    code: int | None  # the address of the instructions that make it; None for a fetch

    @property
    def cr0(self) -> int:
        """CR0: PG as the access has it."""
        return self.controls.cr0 if self.paging else self.controls.cr0 & ~(1 << 31)

    @property
    def efer(self) -> int:
        """EFER: VMRUN wants SVME (APM 15.5.1); without paging neither LMA nor LME."""
        return (self.controls.efer if self.paging else self.controls.efer & ~0x500) | 1 << 12

    @property
    def levels(self) -> int:
        """The levels of the guest's tables; 0 without paging."""
        return 0 if not self.paging else 5 if self.controls.cr4 & 1 << 12 else 4

    @property
    def host_levels(self) -> int:
        """The levels of the nested tables: those of the host's paging (APM 15.25.3)."""
        return 5 if self.host_cr4 & 1 << 12 else 4


@dataclass(frozen=True)
class Batch:
    """The memory of one run of the oracle and the accesses to make, in order."""

    image: Image
    records: list[Record]
    features: Features
    host_levels: int
    flipped: int


@dataclass(frozen=True)
class Place:
    """A guest and where its code is."""

    guest: Guest
    memory: GuestMemory
    hosts: list[int]  # the root of the nested tables, and spoilt copies
    roots: list[int]  # the guest's root, other addresses of it with any rights, and spoilt copies
    supervisor_code: int
    user_code: int
    physical_code: int


def make_batch(random: Random, count: int, features: Features, guest_levels: tuple[int, ...],
               host_levels: int) -> Batch:
    """An image and `count` accesses, all from one random generator."""
    image = Image(IMAGE_BASE, IMAGE_SIZE, DATA_SIZE)
    image.give_frames(random, IMAGE_BASE, image.data_start)
    code = image.frame()
    for offset, instructions in CODE.values():
        start = code - IMAGE_BASE + offset
        image.content[start:start + len(instructions)] = instructions

    def host_page(_: bool) -> Page:
        frame = image.frame()
        return Page(frame, frame)

    places: list[Place] = []
    entries: list[int] = []
    for _ in range((IMAGE_SIZE - DATA_SIZE) // 4096 // FRAMES_PER_TREE):
        nested = Tables(random, image, host_page, host_levels, nested_flags)
        memory = GuestMemory(random, image, nested, features.maxphyaddr, features.gigabyte_pages)
        physical = memory.protect(code)
        hosts: list[int] = []
        for _ in range(GUESTS_PER_TREE):
            guest = Guest(random, image, memory, random.choice(guest_levels), features)
            supervisor = guest.protect(0, physical, PRESENT | WRITABLE | ACCESSED | DIRTY)
            user = guest.protect(1, physical, PRESENT | WRITABLE | USER | ACCESSED | DIRTY)
            guest.populate(LEAVES_PER_GUEST)
            entries += guest.tables.entries
            root = guest.tables.root
            copies = [spoilt(random, image, root.storage) for _ in range(3)]
            roots = [root.address, *map(memory.alias, [root.storage, root.storage, *copies])]
            places.append(Place(guest, memory, hosts, roots, supervisor, user, physical))
        entries += nested.entries
        root = nested.root.storage
        hosts += [root] + [spoilt(random, image, root) for _ in range(4)]
    flipped = flip(random, image, entries, FLIPS)
    records = [make_record(random, image, random.choice(places), features, host_levels)
               for _ in range(count)]
    return Batch(image, records, features, host_levels, flipped)


def make_record(random: Random, image: Image, place: Place, features: Features, host_levels: int
                ) -> Record:
    """One access in a guest: mostly with paging, sometimes without."""
    def bit(position: int, chance: float) -> int:
        return 1 << position if random.random() < chance else 0

    levels = place.guest.levels
    controls = random_controls(random, features, levels)
    paging = random.random() >= 0.06
    cpl = random.choices((0, 3, 1, 2), (48, 48, 2, 2))[0]
    access = random.choices(("read", "write", "fetch"), (40, 30, 30))[0]
    # What the host's registers say of supervisors, of linear addresses and of keys must not matter.
    host_cr0 = 0x80000011 | bit(16, 0.5)  # WP
    host_cr4 = 1 << 5 | bit(7, 0.5) | bit(20, 0.5) | bit(21, 0.5)  # PAE, PGE, SMEP, SMAP
    host_cr4 |= bit(22, 0.5) if features.protection_keys else 0
    host_cr4 |= 1 << 12 if host_levels == 5 else 0
    host_efer = 0x1500 | bit(11, 0.85)  # SVME, LMA, LME, NXE
    if paging:
        address = place.guest.address()
    else:
        known = place.memory.known_in(0, 1 << 32)
        page = random.getrandbits(20) << 12
        if known and random.random() < 0.9:
            page = random.choice(known)
        # The lower half of a word of data has 27 bits of its address, which is all below 128 MiB.
        address = page + random.randrange(0, 4096, 8)
    # The last entry of the root leads to the code: its fetch must be told from the access.
    by_last = address >> (3 + 9 * levels) & 511 == 511
    cr3 = pick_root(random, place.roots, 0 if by_last else 0.12) | random.getrandbits(2) << 3
    ncr3 = pick_root(random, place.hosts, 0 if by_last else 0.03) | random.getrandbits(2) << 3
    way = nested_way(image, ncr3, host_levels, cr3, levels if paging else 0, address)
    if paging and random.random() < 0.6:
        # The privilege that the page is for: by chance alone, most faults would be for privilege.
        cpl = 3 if all(step.word & USER for step in way.steps if step.stage == 1) else 0
    if access == "fetch" and way.target is not None and not image.is_data(way.target):
        access = "read"  # bytes of a table are no instructions to execute
    code = None
    if access != "fetch":
        page = place.physical_code if not paging else (
            place.user_code if cpl == 3 else place.supervisor_code)
        code = page + CODE[access, paging][0]
    return Record(address, access, cpl, paging, ncr3, cr3, controls, host_cr0, host_cr4, host_efer,
                  code)
