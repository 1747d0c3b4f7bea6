"""Random accesses over random tables: registers, addresses and instructions, group by group."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from machine import (AT_S12E0R, AT_S12E0W, AT_S12E1R, AT_S12E1W, GUEST, RECORD, STUB_CODE,
                     STUBS, Stub, data_word)
from tables import PE, SIZES, Collision, Guest, Half, Image, Stage2, data_page, stub_page

# HCR_EL2
VM, PTW, DC, RW, FWB = 1 << 0, 1 << 2, 1 << 12, 1 << 31, 1 << 46
# SCTLR_EL1; both caches are on, so that PAR_EL1 shows the attributes of the entries.
M, WXN, EPAN = 1 << 0, 1 << 19, 1 << 57
SCTLR = 0x30D0_0800 | 1 << 2 | 1 << 12
# TCR_EL1
EPD0, EPD1, TBI0, TBI1, HA, HD, HPD0, HPD1 = (1 << bit for bit in (7, 23, 37, 38, 39, 40, 41, 42))
E0PD0, E0PD1 = 1 << 55, 1 << 56
WALKS = 0b01 << 8 | 0b01 << 10 | 0b11 << 12 | 0b01 << 24 | 0b01 << 26 | 0b11 << 28
# VTCR_EL2
S2HA, S2HD = 1 << 21, 1 << 22
# PSTATE as SPSR_EL2 has it
PAN, UAO, SINGLE_STEP, MASKED = 1 << 22, 1 << 23, 1 << 21, 0b1111 << 6
EL0T, EL1H = 0b0000, 0b0101

REGISTERS = ("hcr_el2", "vtcr_el2", "vttbr_el2", "tcr_el1", "ttbr0_el1", "ttbr1_el1", "sctlr_el1",
             "mair_el1")

# MAIR_EL1 attributes with a meaning of their own: Device of four types; Normal with each half
# Non-cacheable, Write-Through or Write-Back, transient or not, with any allocation hint.
DEVICES = (0x00, 0x04, 0x08, 0x0C)
NORMAL_HALVES = (0b0100,) + tuple(half for half in range(1, 16) if half not in (0b0000, 0b0100))

SLOTS = 6  # addresses that a group maps

STUBS_BY_KIND = {
    (write, unprivileged): tuple(number for number, stub in enumerate(STUBS)
                                 if (stub.write, stub.unprivileged) == (write, unprivileged))
    for write in (False, True) for unprivileged in (False, True)
}


@dataclass(frozen=True)
class Slot:
    """An address that a group maps, and the attributes of its stage-1 leaf."""

    address: int
    upper: bool
    attributes: int
    page: int  # the data page that it is for


@dataclass
class Access:
    """One access: for the machine and for the model, and what the comparison needs to know."""

    group: int
    registers: tuple[int, ...]  # in the order of REGISTERS
    operation: int  # machine.py: AT_S12E1R …, GUEST
    kind: str  # as the records of translate say it
    el: int
    pstate: int  # PAN and UAO
    address: int
    vbar: int
    stub: int = -1  # index into STUBS, or none
    instruction: int | None = None  # what the model is told
    value: int = 0  # what a store writes

    @property
    def instruction_stub(self) -> Stub | None:
        """The load or store, if it is one."""
        return STUBS[self.stub] if self.stub >= 0 else None

    @property
    def privileged(self) -> bool:
        """Whether stage 1 asks for EL1's rights."""
        stub = self.instruction_stub
        return self.el == 1 and not (stub and stub.unprivileged and not self.pstate & UAO)

    @property
    def stub_address(self) -> int:
        """Where the guest has the load or store."""
        return self.vbar + STUB_CODE + 4 * self.stub

    def pack(self) -> bytes:
        """The record for the machine."""
        where = self.stub_address if self.stub >= 0 else self.address
        spsr = SINGLE_STEP | MASKED | (EL1H if self.el else EL0T) | self.pstate
        return RECORD.pack(*self.registers, self.vbar, self.value, self.address, 0, where, spsr,
                           self.operation, 0)

    def record(self, before: "Access | None") -> dict:
        """The record for the model: the registers that changed, and the access."""
        record: dict = {} if before else {"isa": "arm64"}
        for name, value, old in zip(REGISTERS, self.registers,
                                    before.registers if before else (None,) * len(REGISTERS)):
            if value != old:
                record[name] = hex(value)
        if before is None or before.pstate != self.pstate:
            record["pstate"] = hex(self.pstate)
        record["address"] = hex(self.address)
        record["access"] = self.kind
        record["el"] = self.el
        if self.instruction is not None:
            record["instruction"] = hex(self.instruction)
        return record


class Group:
    """A few accesses over the same tables."""

    def __init__(self, image: Image, number: int, encodings: list[int]) -> None:
        random = image.random
        self.image, self.number, self.random, self.encodings = image, number, random, encodings
        self.stage1 = random.random() < 0.87
        stage2 = Stage2(image, number) if random.random() < 0.86 else None
        self.guest = Guest(image, number, stage2, random.randrange(len(SIZES)))
        self.slots: list[Slot] = []
        self.vbar = 0
        if self.stage1:
            self.halves = (Half(self.guest, False), Half(self.guest, True))
            self._map_stub()
            self._map_data()
        else:
            self.halves = ()
            self.vbar = stub_page(self.guest)
            self._place_data()
        if not self.slots:
            raise Collision
        self._registers()

    def _map_stub(self) -> None:
        """Maps the stub page in one half, by entries that are never spoilt."""
        self.stub_half = self.halves[self.random.getrandbits(1)]
        half = self.stub_half
        self.vbar = half.map(stub_page(self.guest), half.stub_attributes(), True)

    def _map_data(self) -> None:
        """Maps data pages, more of them in the half without the stub."""
        random = self.random
        for _ in range(12):
            if len(self.slots) == SLOTS:
                return
            half = self.halves[random.getrandbits(1)]
            if half is self.stub_half and random.random() < 0.5:
                continue
            page = data_page(random)
            attributes = half.attributes()
            try:
                ipa, level = self.guest.place(page, 12)
                self.guest.reach(ipa, page, level, False, False)
                address = half.map(ipa, attributes, False)
            except Collision:
                continue
            self.slots.append(Slot(address, half.upper, attributes, page))

    def _place_data(self) -> None:
        """Maps data pages by stage 2 only: stage 1 is off, the address is the intermediate one."""
        for _ in range(12):
            if len(self.slots) == SLOTS:
                return
            page = data_page(self.random)
            try:
                ipa, level = self.guest.place(page, 12)
                self.guest.reach(ipa, page, level, False, False)
            except Collision:
                continue
            # Everything is allowed; EL0 may write, so EL1's fetches do not depend on it either.
            self.slots.append(Slot(ipa, False, 0b01 << 6, page))

    def _registers(self) -> None:
        """The registers that all accesses of the group have in common."""
        random = self.random
        self.hcr = RW | (VM if self.guest.stage2 else 0)
        if self.guest.stage2 and self.guest.stage2.forced:
            self.hcr |= FWB
        self.default = False  # HCR_EL2.DC, which turns stage 1 off and stage 2 on
        if self.guest.stage2 and not self.stage1 and random.random() < 0.4:
            self.default = True
            self.hcr ^= DC | (VM if random.random() < 0.5 else 0)
        self.vtcr, self.vttbr = (self.guest.stage2.registers() if self.guest.stage2
                                 else (1 << 31 | 24, 0))
        self.sctlr = SCTLR | (M if self.stage1 or self.default and random.random() < 0.5 else 0)
        self.tcr = WALKS | self.guest.size << 32 | random.getrandbits(1) << 36
        if self.halves:
            lower, upper = self.halves
            self.tcr |= (64 - lower.bits | lower.granule.tg0 << 14 | 64 - upper.bits << 16
                         | upper.granule.tg1 << 30)
            self.ttbr0 = lower.base(lower is self.stub_half)
            self.ttbr1 = upper.base(upper is self.stub_half)
        else:
            self.tcr |= 25 | 25 << 16 | 0b10 << 30
            self.ttbr0 = self.ttbr1 = 0
        self.mair = 0
        for index in range(8):
            attribute = (random.choice(DEVICES) if random.random() < 0.3 else
                         random.choice(NORMAL_HALVES) << 4 | random.choice(NORMAL_HALVES))
            self.mair |= attribute << 8 * index

    def _variant(self) -> tuple[int, ...]:
        """One setting of the switches: the group's tables serve several."""
        random = self.random
        hcr, vtcr, tcr, sctlr = self.hcr, self.vtcr, self.tcr, self.sctlr
        if random.random() < 0.25:
            hcr |= PTW
        stage2 = self.guest.stage2
        if stage2 and stage2.aged and random.random() < 0.9:
            vtcr |= S2HA
        if stage2 and stage2.dirty and random.random() < 0.85:
            vtcr |= S2HD
        if any(half.aged for half in self.halves) and random.random() < 0.9:
            tcr |= HA
        if any(half.dirty for half in self.halves) and random.random() < 0.85:
            tcr |= HD
        for bit in (TBI0, TBI1):
            if random.random() < 0.4:
                tcr |= bit
        for bit in (HPD0, HPD1):
            if random.random() < 0.3:
                tcr |= bit
        for half, walk, user in zip(self.halves, (EPD0, EPD1), (E0PD0, E0PD1)):
            if half is not self.stub_half and random.random() < 0.03:
                tcr |= walk
            if half is not self.stub_half and self.image.pe.extended and random.random() < 0.2:
                tcr |= user
        if random.random() < 0.12:
            sctlr |= WXN
        if self.image.pe.has_pan3 and random.random() < 0.5:
            sctlr |= EPAN
        return hcr, vtcr, self.vttbr, tcr, self.ttbr0, self.ttbr1, sctlr, self.mair

    def accesses(self, count: int, translations: bool) -> list[Access]:
        """The group's accesses, some of them by AT instructions if that is wanted."""
        random = self.random
        variants = [self._variant() for _ in range(2)]
        made = []
        while len(made) < count:
            access = self._access(random.choice(self.slots), random.choice(variants), translations)
            if access is not None:
                made.append(access)
        return made

    def _access(self, slot: Slot, registers: tuple[int, ...], translations: bool
                ) -> Access | None:
        """An access to a slot; often none where the leaf's own attributes refuse it."""
        random = self.random
        pstate = (PAN if random.random() < 0.3 else 0) | (UAO if random.random() < 0.1 else 0)
        what = random.uniform(0 if translations else 0.26, 1)
        el = random.getrandbits(1)
        stub, operation = -1, GUEST
        unprivileged = False
        if what < 0.26:
            kind = random.choice(("at-read", "at-write"))
            operation = {("at-read", 1): AT_S12E1R, ("at-write", 1): AT_S12E1W,
                         ("at-read", 0): AT_S12E0R, ("at-write", 0): AT_S12E0W}[kind, el]
        elif what < 0.46:
            kind = "fetch"
        else:
            unprivileged = what < 0.56
            if unprivileged:
                el = 1
            kind = "write" if random.random() < 0.5 else "read"
            stub = random.choice(STUBS_BY_KIND[kind == "write", unprivileged])
        access = Access(self.number, registers, operation, kind, el, pstate,
                        self._address(slot, kind, registers[3]), self.vbar, stub)
        if not self._allowed(slot.attributes, access) and random.random() < 0.4:
            return None
        if stub >= 0:
            self._fill(access, slot, unprivileged)
        return access

    @staticmethod
    def _allowed(attributes: int, access: Access) -> bool:
        """Whether the leaf by itself lets the access pass: only to steer the generator."""
        user, read_only = attributes >> 6 & 1, attributes >> 7 & 1 & ~(attributes >> 51)
        writable = not read_only and (access.privileged or user)
        if access.kind == "fetch":
            never = attributes >> (53 if access.privileged else 54) & 1
            return not (never or access.privileged and user and not read_only
                        or access.registers[6] & WXN and writable)
        if access.pstate & PAN and access.operation == GUEST and access.privileged and user:
            return False
        return bool((access.privileged or user)
                    and (writable or access.kind in ("read", "at-read")))

    def _address(self, slot: Slot, kind: str, tcr: int) -> int:
        """The slot's address with a random offset, and now and then with wrong or free top bits."""
        random = self.random
        address = slot.address | random.getrandbits(9) << 3
        if kind.startswith("at-"):
            address |= random.getrandbits(3)
        if random.random() < 0.012:
            address ^= 1 << random.randrange(25, 64)
        upper = address >> 55 & 1
        if tcr & (TBI1 if upper else TBI0):
            if kind == "fetch":
                # Branches and exception returns take the tag off (AArch64.BranchAddr).
                tag = 0xFF if upper else 0
            else:
                tag = random.getrandbits(8) if random.random() < 0.6 else address >> 56
            address = address & (1 << 56) - 1 | tag << 56
        return address

    def _fill(self, access: Access, slot: Slot, unprivileged: bool) -> None:
        """The value of a store, and what the model is told of the instruction."""
        random = self.random
        stub = STUBS[access.stub]
        if stub.size < 8 and (stub.write or random.random() < 0.5):
            access.address += 4 + random.randrange(0, 4, stub.size)
        if stub.write:
            access.value = random.getrandbits(8 * stub.size)
            if stub.size == 8:
                # The low half is code that a fetch may execute.
                access.value = access.value >> 32 << 32 | data_word(slot.page) & 0xFFFF_FFFF
        if unprivileged or random.random() < 0.8:
            access.instruction = self.encodings[access.stub]


def generate(seed: str, pe: PE, count: int, group_size: int, encodings: list[int],
             translations: bool) -> tuple[Image, list[Access]]:
    """The tables and the accesses of one batch, for a PE."""
    image = Image(Random(seed), pe)
    accesses: list[Access] = []
    number = 0
    while len(accesses) < count:
        try:
            group = Group(image, number, encodings)
        except Collision:
            continue  # what it has put into the image so far stays there
        accesses += group.accesses(min(group_size, count - len(accesses)), translations)
        number += 1
    return image, accesses
