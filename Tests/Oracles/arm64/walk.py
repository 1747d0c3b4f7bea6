"""A flat walk of both stages, by which a deviation of the oracle is told from a disagreement.

It is asked only where the model and the oracle disagree. It walks as the manual says, with the
model's choices where the manual leaves one (Docs/Arm.md), or with the named departures that an
oracle is known for. A disagreement is set aside only if the walk by the manual gives the model's
answer, the walk with the departures gives the oracle's, and a departure made the difference, in
this access or through memory in an earlier one. Both walks keep their own memory.

The steps are those of the Arm Architecture Reference Manual, DDI 0487, by the names of its
pseudocode functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from accesses import (DC, E0PD0, E0PD1, EPAN, EPD0, EPD1, FWB, HA, HD, HPD0, HPD1, M, PAN, PTW,
                      S2HA, S2HD, TBI0, TBI1, VM, WXN, Access)
from machine import DATA, IMAGE, IMAGE_LIMIT, data_word
from tables import GRANULES, PE, SIZES, Granule

ADDRESS_SIZE, TRANSLATION, ACCESS_FLAG, PERMISSION = 0b0000, 0b0001, 0b0010, 0b0011

ADDRESS, LARGE_ADDRESS = (1 << 48) - 1, (1 << 52) - 1
AF, DBM, PXN, UXN = 1 << 10, 1 << 51, 1 << 53, 1 << 54
CLEAN = 1 << 7  # AP[2]
READABLE, S2_WRITABLE = 1 << 6, 1 << 7  # S2AP
READ, WRITE, FETCH = "read", "write", "fetch"
TABLE_READ, TABLE_UPDATE = "table-read", "table-update"
AT = {"at-read": READ, "at-write": WRITE}
DEVICE_NGNRNE, NON_CACHEABLE, WRITE_BACK = 0x00, 0x44, 0xFF  # as MAIR_EL1 has them

# What QEMU does otherwise (run.py says which version, and why the manual is right).
LEVEL = "level of a stage-2 fault on a stage-1 table"
BLOCK = "block descriptor at a level that has none"
GEOMETRY = "stage-2 geometry measured against VTCR_EL2.PS"
AT_DIRTY = "dirty state set by AT"
CLEAN_FETCH = "fetch from a clean page with DBM"
PROTECTED_FLAG = "access flag of Device memory that HCR_EL2.PTW denies to a walk"
PROTECTED_LEVEL = "level of a fault by HCR_EL2.PTW"
SHAREABILITY = "shareability of Device or Non-cacheable memory"
RESERVED = "reserved shareability or memory attribute"
HIGH_BITS = "bits 15:12 of a descriptor with the 64K granule and FEAT_LPA"
FORCED_DEVICE = "Device memory of both stages with HCR_EL2.FWB"
HIDDEN_WRITE = "fetch from a page whose write permission PSTATE.PAN takes, with WXN"
DEVICE = "Device memory of one stage with Non-cacheable of the other"
TRANSIENT = "transient hint of stage 1 with Write-Through of stage 2"


class Stop(Exception):
    """A fault that ends a walk."""

    def __init__(self, status: int, level: int, stage: int = 1, on_table: bool = False,
                 ipa: int = 0) -> None:
        super().__init__()
        self.status, self.level, self.stage = status, level, stage
        self.on_table, self.ipa = on_table, ipa


class Beyond(Exception):
    """A table that does not lie in the image; the address says where it does."""

    def __init__(self, address: int) -> None:
        super().__init__()
        self.address = address


@dataclass
class Walk:
    """One machine's walks and what they did to its memory."""

    words: Mapping[int, int]  # the tables before the first access
    pe: PE
    departures: frozenset[str] = frozenset()
    memory: dict[int, int] = field(default_factory=dict)  # the words that changed
    fired: list[str] = field(default_factory=list)  # departures that made a difference, in order
    written: set[int] = field(default_factory=set)  # words written since the caller emptied it

    def departs(self, name: str) -> bool:
        """Whether this walk leaves the manual's way here; called only where that matters."""
        if name not in self.departures:
            return False
        self.fired.append(name)
        return True

    def word(self, address: int) -> int:
        """The word of a table."""
        if not IMAGE <= address < IMAGE_LIMIT:
            raise Beyond(address)
        found = self.memory.get(address)
        if found is not None:
            return found
        return data_word(address) if address >= DATA else self.words.get(address, 0)

    def write(self, address: int, value: int) -> None:
        """Changes a word."""
        self.memory[address] = value
        self.written.add(address)

    def translate(self, access: Access) -> dict:
        """What comes of an access, in the form of an answer of `nestwalk translate`."""
        try:
            ipa, attributes = self._stage1(access)
            hpa, attributes = self._final(access, ipa, attributes)
        except Beyond as stop:
            return {"error": stop.address}
        except Stop as stop:
            return self._fault(access, stop)
        answer: dict = {"hpa": hpa}
        if access.kind in AT:
            answer["par_el1"] = self._par(hpa, attributes)
        return answer

    # Stage 1

    def _stage1(self, access: Access) -> tuple[int, tuple[int, int]]:
        """AArch64.S1Translate: the intermediate address, and memory type and shareability."""
        hcr, tcr, sctlr = access.registers[0], access.registers[3], access.registers[6]
        address = access.address
        upper = address >> 55 & 1
        top = 56 if tcr & (TBI1 if upper else TBI0) else 64
        if not sctlr & M or hcr & DC:
            if (address & (1 << top) - 1) >> self.pe.address_bits:  # AArch64.S1DisabledOutput
                raise Stop(ADDRESS_SIZE, 0)
            if hcr & DC:
                return address & LARGE_ADDRESS, (WRITE_BACK, 0b00)
            shareability = 0b00 if access.kind in AT and self.departs(SHAREABILITY) else 0b10
            return address & LARGE_ADDRESS, (DEVICE_NGNRNE, shareability)
        granule = next(one for one in GRANULES
                       if (one.tg1 == tcr >> 30 & 3 if upper else one.tg0 == tcr >> 14 & 3))
        bits = 64 - (tcr >> (16 if upper else 0) & 0x3F)
        beyond = (address & (1 << top) - 1) >> bits  # AArch64.VAIsOutOfRange
        if beyond != ((1 << top - bits) - 1 if upper else 0) or tcr & (EPD1 if upper else EPD0):
            raise Stop(TRANSLATION, 0)
        if tcr & (E0PD1 if upper else E0PD0) and not access.privileged:
            raise Stop(TRANSLATION, 0)
        level = granule.start(bits)
        size = SIZES[tcr >> 32 & 7]
        index_bits = bits - granule.shift(level)
        base = access.registers[5 if upper else 4] & ADDRESS & -(8 << index_bits)
        if base >> size:
            raise Stop(ADDRESS_SIZE, 0)
        limits = 0  # bits 63:59 of the table descriptors
        while True:
            index = address >> granule.shift(level) & (1 << index_bits) - 1
            at = base + 8 * index
            place = self._table(access, at, level, TABLE_READ)
            descriptor = self.word(place)
            leaf = self._leaf(descriptor, granule, level)
            shift = granule.shift(level) if leaf else granule.bits
            output = self._output(descriptor, granule, shift)
            if output >> size:
                raise Stop(ADDRESS_SIZE, level)
            if leaf:
                break
            if not tcr & (HPD1 if upper else HPD0):
                limits |= descriptor
            base, level, index_bits = output, level + 1, granule.stride
        if not descriptor & AF and not tcr & HA:
            raise Stop(ACCESS_FLAG, level)
        if not self._permitted(access, descriptor, limits):
            raise Stop(PERMISSION, level)
        changed = descriptor | AF if tcr & HA else descriptor
        if self._writes(access) and self._has_dirty_state(descriptor, tcr & HA and tcr & HD):
            if changed & CLEAN and (access.kind not in AT or self.departs(AT_DIRTY)):
                changed &= ~CLEAN
        if changed != descriptor:
            place = self._table(access, at, level, TABLE_UPDATE)
            self.write(place, changed)
        mair = access.registers[7] >> 8 * (descriptor >> 2 & 7) & 0xFF
        return output | address & (1 << shift) - 1, (mair, descriptor >> 8 & 3)

    @staticmethod
    def _has_dirty_state(descriptor: int, enabled: int) -> bool:
        return bool(enabled and descriptor & DBM)

    @staticmethod
    def _writes(access: Access) -> bool:
        return AT.get(access.kind, access.kind) == WRITE

    def _leaf(self, descriptor: int, granule: Granule, level: int) -> bool:
        """AArch64.DecodeDescriptorType: a leaf, or a table."""
        if not descriptor & 1:
            raise Stop(TRANSLATION, level)
        if level == 3:
            if not descriptor & 2:
                raise Stop(TRANSLATION, level)
            return True
        if descriptor & 2:
            return False
        large = level == 1 and granule.bits == 16 and self.pe.address_bits == 52
        if level not in granule.blocks and not large and not self.departs(BLOCK):
            raise Stop(TRANSLATION, level)
        return True

    def _output(self, descriptor: int, granule: Granule, shift: int) -> int:
        """AArch64.NextTableBase and AArch64.LeafBase."""
        output = descriptor & ADDRESS & -(1 << shift)
        high = descriptor >> 12 & 0xF
        if granule.bits == 16 and self.pe.address_bits == 52 and high:
            if not self.departs(HIGH_BITS):
                output |= high << 48
        return output

    def _permitted(self, access: Access, descriptor: int, limits: int) -> bool:
        """AArch64.S1CheckPermissions, with AArch64.S1DirectBasePermissions."""
        tcr, sctlr = access.registers[3], access.registers[6]
        kind = AT.get(access.kind, access.kind)
        result = []
        dirty = self._has_dirty_state(descriptor, tcr & HA and tcr & HD)
        ways = (dirty, dirty and kind == WRITE) if kind == FETCH else (dirty,)
        for writable_by_state in ways:
            writable = not descriptor & CLEAN or writable_by_state
            user_reads = bool(descriptor >> 6 & 1)
            user_writes = user_reads and writable
            if limits >> 61 & 1:  # APTable[0]
                user_reads = user_writes = False
            if limits >> 62 & 1:  # APTable[1]
                writable = user_writes = False
            if access.privileged:
                executes = not (descriptor & PXN or limits >> 59 & 1 or user_writes)
                reads, writes = True, writable
                user_executes = not (descriptor & UXN or limits >> 60 & 1)
                denied = access.pstate & PAN and access.kind not in AT and (
                    user_reads or sctlr & EPAN and user_executes)
                if denied and (kind != FETCH or executes and sctlr & WXN and writes
                               and self.departs(HIDDEN_WRITE)):
                    reads = writes = False
            else:
                executes = not (descriptor & UXN or limits >> 60 & 1)
                reads, writes = user_reads, user_writes
            if sctlr & WXN and writes:
                executes = False
            result.append({READ: reads, WRITE: writes, FETCH: executes}[kind])
        if result[0] != result[-1] and self.departs(CLEAN_FETCH):
            return result[-1]
        return result[0]

    # Stage 2

    def _table(self, access: Access, ipa: int, level: int, role: str) -> int:
        """Where a stage-1 descriptor lies: AArch64.S2Translate for a table walk."""
        try:
            return self._stage2(access, ipa, role)[0]
        except Stop as stop:
            stop.on_table = True
            if stop.level != level and self.departs(LEVEL):
                stop.level = level
            raise

    def _final(self, access: Access, ipa: int, stage1: tuple[int, int]
               ) -> tuple[int, tuple[int, int]]:
        """AArch64.S2Translate for the access itself, with the attributes of both stages."""
        hpa, descriptor = self._stage2(access, ipa, AT.get(access.kind, access.kind))
        attribute, shareability = stage1
        if access.kind in AT:
            attribute, shareability = self._combined(access, attribute, shareability, descriptor)
        return hpa, (attribute, shareability)

    def _stage2(self, access: Access, ipa: int, role: str) -> tuple[int, int | None]:
        """AArch64.S2Translate: the physical address and the leaf descriptor."""
        hcr, vtcr, vttbr = access.registers[:3]
        if not hcr & (VM | DC):
            return ipa, None
        granule = next(one for one in GRANULES if one.tg0 == vtcr >> 14 & 3)
        bits = 64 - (vtcr & 0x3F)
        size = SIZES[vtcr >> 16 & 7]
        level = granule.sl0_base - (vtcr >> 6 & 3) & 3
        index_bits = bits - granule.shift(level)
        # AArch64.S2InvalidSL, S2InconsistentSL and IPAIsOutOfRange. All start levels of the
        # generator are good for 48 bits.
        if not 1 <= index_bits <= granule.stride + 4 or ipa >> bits:
            raise self._stop2(TRANSLATION, 0, ipa)
        top = level == (0 if granule.bits == 12 else 1)
        if (bits > size or top and size <= (40 if granule.bits == 14 else 42)) and self.departs(
                GEOMETRY):
            raise self._stop2(TRANSLATION, 0, ipa)
        base = vttbr & ADDRESS & -(8 << index_bits)
        if base >> size:
            raise self._stop2(ADDRESS_SIZE, 0, ipa)
        while True:
            at = base + 8 * (ipa >> granule.shift(level) & (1 << index_bits) - 1)
            descriptor = self.word(at)
            try:
                leaf = self._leaf(descriptor, granule, level)
            except Stop:
                raise self._stop2(TRANSLATION, level, ipa) from None
            shift = granule.shift(level) if leaf else granule.bits
            output = self._output(descriptor, granule, shift)
            if output >> size:
                raise self._stop2(ADDRESS_SIZE, level, ipa)
            if leaf:
                break
            base, level, index_bits = output, level + 1, granule.stride
        if not descriptor & AF and not vtcr & S2HA:
            raise self._stop2(ACCESS_FLAG, level, ipa)
        dirty = self._has_dirty_state(descriptor, vtcr & S2HA and vtcr & S2HD)
        if not self._permitted2(access, descriptor, role, dirty):
            if descriptor & READABLE and role == TABLE_READ:  # HCR_EL2.PTW denies it
                if not descriptor & AF and self.departs(PROTECTED_FLAG):
                    self.write(at, descriptor | AF)
                if self.departs(PROTECTED_LEVEL):
                    level = 0
            raise self._stop2(PERMISSION, level, ipa)
        changed = descriptor | AF if vtcr & S2HA else descriptor
        if role in (WRITE, TABLE_UPDATE) and dirty and not changed & S2_WRITABLE:
            if role == TABLE_UPDATE or access.kind not in AT or self.departs(AT_DIRTY):
                changed |= S2_WRITABLE
        if changed != descriptor:
            self.write(at, changed)
        return output | ipa & (1 << shift) - 1, descriptor

    @staticmethod
    def _stop2(status: int, level: int, ipa: int) -> Stop:
        return Stop(status, level, 2, ipa=ipa)

    @staticmethod
    def _permitted2(access: Access, descriptor: int, role: str, dirty: bool) -> bool:
        """AArch64.S2CheckPermissions."""
        reads = bool(descriptor & READABLE)
        writes = bool(descriptor & S2_WRITABLE) or dirty
        if role in (TABLE_READ, TABLE_UPDATE):
            field = descriptor >> 2 & 0xF
            device = not field & 0b100 if access.registers[0] & FWB else field >> 2 == 0
            if access.registers[0] & PTW and device:
                return False
            return reads and (writes or role == TABLE_READ)
        if role == FETCH:
            never = descriptor >> 53 & 3
            return never == 0 or never == (3 if access.el else 1)
        return writes if role == WRITE else reads

    # Reports

    def _combined(self, access: Access, attribute: int, shareability: int, descriptor: int | None
                  ) -> tuple[int, int]:
        """S2CombineS1MemAttrs: memory type as MAIR_EL1 has it, and shareability."""
        if descriptor is None:
            if shareability == 0b01 and not self.departs(RESERVED):
                shareability = 0b00
            return attribute, shareability
        field2, shareability2 = descriptor >> 2 & 0xF, descriptor >> 8 & 3
        # Both 0b01, which is reserved, and 0b00 are taken for non-shareable.
        shareability = next((either for either in (0b10, 0b11)
                             if either in (shareability, shareability2)), 0b00)
        if access.registers[0] & FWB:
            combined = self._forced(attribute, field2)
            outer = combined >> 4 == 0 or combined == NON_CACHEABLE
            return combined, 0b10 if outer else shareability
        if attribute >> 4 == 0 or field2 >> 2 == 0:
            if field2 >> 2:
                combined = attribute
            elif attribute >> 4:
                combined = (field2 & 3) << 2
            else:
                combined = min(attribute, (field2 & 3) << 2)
            # QEMU takes the inner half of Normal memory for a Device type too.
            inner2 = (field2 & 3) << 2 | (0b11 if field2 >> 2 and field2 & 3 != 0b01 else 0)
            mixed = next((kind for kind in (0x00, 0x04, 0x08) if kind in (attribute & 0xF, inner2)),
                         0x0C)
            if mixed != combined and self.departs(DEVICE):
                combined = mixed
            return combined, 0b10
        halves = []
        for half, policy in ((attribute >> 4, field2 >> 2), (attribute & 0xF, field2 & 3)):
            if half == 0b0100 or policy == 0b01:
                halves.append(0b0100)
            elif half & 0b0100 and policy == 0b10:  # Write-Back becomes Write-Through
                transient = not half & 0b1000
                if transient and self.departs(TRANSIENT):
                    transient = False
                halves.append(half & 3 | (0 if transient else 0b1000))
            else:
                halves.append(half)
        combined = halves[0] << 4 | halves[1]
        return combined, 0b10 if combined == NON_CACHEABLE else shareability

    def _forced(self, attribute: int, field2: int) -> int:
        """AArch64.S2ApplyFWBMemAttrs."""
        device = attribute >> 4 == 0
        if field2 & 0b1000 or field2 == 0b0100:
            if self.departs(RESERVED):
                return DEVICE_NGNRNE
            field2 &= 0b0111
        if not field2 & 0b0100:
            forced = field2 << 2
            if device and attribute < forced and not self.departs(FORCED_DEVICE):
                return attribute
            return forced
        if field2 == 0b0111 or field2 != 0b0110 and device:
            return attribute
        if field2 != 0b0110:
            return NON_CACHEABLE
        if device:
            return WRITE_BACK
        return (_write_back(attribute >> 4) << 4) | _write_back(attribute & 0xF)

    def _par(self, hpa: int, attributes: tuple[int, int]) -> int:
        """AArch64.EncodePAR without a fault; bits 10 and 9 are not defined."""
        attribute, shareability = attributes
        if attribute >> 4 == 0 or attribute == NON_CACHEABLE:  # PAREncodeShareability
            if shareability != 0b10 and not self.departs(SHAREABILITY):
                shareability = 0b10
        return attribute << 56 | hpa & LARGE_ADDRESS & -4096 | 1 << 11 | shareability << 7

    def _fault(self, access: Access, stop: Stop) -> dict:
        """The report of a fault: AArch64.EncodePAR or AArch64.FaultSyndrome."""
        code = stop.status << 2 | stop.level
        if access.kind in AT:
            par = 1 | code << 1 | 1 << 11
            if stop.stage == 2:
                par |= 1 << 9 | stop.on_table << 8
            return {"fault": {"report": {"par_el1": par}}}
        target = stop.stage
        fetch = access.kind == FETCH
        ec = (0x20 if fetch else 0x24) + (1 if access.el == target else 0)
        esr = ec << 26 | 1 << 25 | code | stop.on_table << 7
        if access.kind == WRITE:
            esr |= 1 << 6
        if stop.stage == 2 and not stop.on_table and access.instruction_stub:
            esr |= access.instruction_stub.syndrome
        report = {"target_el": target, "esr": esr, "far": access.address}
        if stop.stage == 2 and (stop.on_table or stop.status != PERMISSION):
            report["hpfar"] = stop.ipa >> 12 << 4
        return {"fault": {"report": report}}


def _write_back(half: int) -> int:
    """Half of an attribute, made Write-Back."""
    return 0b1111 if half == 0b0100 else half | 0b0100
