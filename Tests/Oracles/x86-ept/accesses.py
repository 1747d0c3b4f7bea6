"""Makes a batch: an image with guests over extended page tables, and accesses to make in them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "harness"))

from x86_tables import (  # noqa: E402
    ACCESSED, DIRTY, PRESENT, USER, WRITABLE, Controls, Features, Guest, GuestMemory, Image, flip,
    pick_root, random_controls, spoilt)

from extended import ROOT_TYPES, ExtendedTables, nested_path  # noqa: E402

IMAGE_BASE = 0x0100_0000
IMAGE_SIZE = 0x0100_0000
DATA_SIZE = 0x0080_0000

FLIPS = 0.012
GUESTS_PER_TREE = 4
LEAVES_PER_GUEST = 48
# What one guest with its share of a tree may need of the frames for tables.
FRAMES_PER_TREE = 230

# The guest's own instructions, one page that all guests map: each makes its access at RDI, leaves
# what it loaded in RAX, and exits by VMCALL. A write is an exchange-and-add of zero: it changes
# nothing wherever a flipped bit leads it, and tells the word that was there.
CODE = {
    ("read", True): (0x000, bytes.fromhex("488b07 0f01c1")),  # mov rax, [rdi]; vmcall
    ("write", True): (0x040, bytes.fromhex("480fc107 0f01c1")),  # xadd [rdi], rax; vmcall
    ("read", False): (0x080, bytes.fromhex("8b07 0f01c1")),  # mov eax, [edi]; vmcall
    ("write", False): (0x0C0, bytes.fromhex("0fc107 0f01c1")),  # xadd [edi], eax; vmcall
}


@dataclass(frozen=True)
class Record:
    """One access, with the registers it is made with."""

    address: int
    access: str
    cpl: int
    paging: bool
    eptp: int
    cr3: int
    controls: Controls
    code: int | None  # the address of the instruction that makes it; None for a fetch

    @property
    def cr0(self) -> int:
        """CR0: VMX operation wants NE (SDM 3C 24.8); PG as the access has it."""
        word = self.controls.cr0 | 1 << 5
        return word if self.paging else word & ~(1 << 31)

    @property
    def cr4(self) -> int:
        """CR4: VMX operation wants VMXE."""
        return self.controls.cr4 | 1 << 13

    @property
    def efer(self) -> int:
        """IA32_EFER: without paging neither LMA nor LME."""
        return self.controls.efer if self.paging else self.controls.efer & ~0x500


@dataclass(frozen=True)
class Batch:
    """The memory of one run of the oracle and the accesses to make, in order."""

    image: Image
    records: list[Record]
    flipped: int


@dataclass(frozen=True)
class Place:
    """A guest and where its code is."""

    guest: Guest
    memory: GuestMemory
    extended: list[int]  # the root of the extended page tables, then spoilt copies of it
    roots: list[int]  # the guest's root, then others (`more_roots`)
    supervisor_code: int
    user_code: int
    physical_code: int


def make_batch(random: Random, count: int, features: Features) -> Batch:
    """An image and `count` accesses, all from one random generator."""
    image = Image(IMAGE_BASE, IMAGE_SIZE, DATA_SIZE)
    image.give_frames(random, IMAGE_BASE, image.data_start)
    code = image.frame()
    for offset, instructions in CODE.values():
        start = code - IMAGE_BASE + offset
        image.content[start:start + len(instructions)] = instructions
    frames = (IMAGE_SIZE - DATA_SIZE) // 4096 - 8
    places: list[Place] = []
    entries: list[int] = []
    for _ in range(frames // FRAMES_PER_TREE):
        extended = ExtendedTables(random, image, features.maxphyaddr)
        memory = GuestMemory(random, image, extended, features.maxphyaddr,
                             features.gigabyte_pages)
        physical = memory.protect(code)
        hosts: list[int] = []
        for _ in range(GUESTS_PER_TREE):
            guest = Guest(random, image, memory, 4, features)
            supervisor = guest.protect(0, physical, PRESENT | WRITABLE | ACCESSED | DIRTY)
            user = guest.protect(1, physical, PRESENT | WRITABLE | USER | ACCESSED | DIRTY)
            guest.populate(LEAVES_PER_GUEST)
            entries += guest.tables.entries
            roots = [guest.tables.root.address, *more_roots(random, guest, extended)]
            places.append(Place(guest, memory, hosts, roots, supervisor, user, physical))
        entries += extended.entries
        hosts += [extended.root] + [spoilt(random, image, extended.root) for _ in range(6)]
    flipped = flip(random, image, entries, FLIPS)
    records = [make_record(random, image, random.choice(places), features) for _ in range(count)]
    return Batch(image, records, flipped)


def more_roots(random: Random, guest: Guest, extended: ExtendedTables) -> list[int]:
    """Other guest-physical addresses of a guest's root, with any rights, and of spoilt copies.

    The root that the guest's code is reached by has all rights, and would never stop a walk.
    """
    roots: list[int] = []
    storage = guest.tables.root.storage
    frames = [storage, storage, *(spoilt(random, guest.image, storage) for _ in range(3))]
    block = random.randrange(256, 512) << 21  # between what is protected and 1 GiB
    while frames:
        physical = block + (random.randrange(512) << 12)
        if extended.map(physical, frames[-1], 1, "table"):
            roots.append(physical)
            frames.pop()
    return roots


def make_record(random: Random, image: Image, place: Place, features: Features) -> Record:
    """One access in a guest: mostly with paging, sometimes without (an unrestricted guest)."""
    controls = random_controls(random, features, 4)
    paging = random.random() >= 0.06
    cpl = random.choices((0, 3, 1, 2), (48, 48, 2, 2))[0]
    access = random.choices(("read", "write", "fetch"), (40, 30, 30))[0]
    host = pick_root(random, place.extended, 0.03)
    eptp = host | 3 << 3 | random.getrandbits(1) << 6 | random.choice(ROOT_TYPES)
    cr3 = pick_root(random, place.roots, 0.12) | random.getrandbits(2) << 3
    if paging:
        address = place.guest.address()
    else:
        # The word of data has its address in the four bytes after the first.
        known = place.memory.known_in(0, 1 << 32)
        page = random.getrandbits(20) << 12
        if known and random.random() < 0.9:
            page = random.choice(known)
        address = page + random.randrange(0, 4096, 8) + (0 if access == "fetch" else 1)
    way = nested_path(image, eptp, cr3, address, paging)
    if paging and random.random() < 0.6:
        # The privilege that the page is for: by chance alone, most faults would be for privilege.
        cpl = 3 if all(step.word & USER for step in way.steps if step.stage == 1) else 0
    if access == "fetch":
        # A processor refuses to enter a guest at an address that is not canonical, and bytes of a
        # table are no instructions to execute.
        if paging and not is_canonical(address) or (
                way.target is not None and not image.is_data(way.target)):
            access = "read"
            address += 0 if paging else 1
    code = None
    if access != "fetch":
        page = place.physical_code if not paging else (
            place.user_code if cpl == 3 else place.supervisor_code)
        code = page + CODE[access, paging][0]
    return Record(address, access, cpl, paging, eptp, cr3, controls, code)


def is_canonical(address: int) -> bool:
    """Whether bits 63:47 are all the same."""
    return address >> 47 in (0, (1 << 17) - 1)
