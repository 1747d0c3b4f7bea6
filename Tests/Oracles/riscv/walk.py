"""A flat walk of both stages, by which a deviation of the oracle is told from a disagreement.

It is asked only where the model and the oracle disagree. It walks as the manual says, or with named
departures from the manual that an oracle is known for. A disagreement is set aside only if the walk
by the manual gives the model's answer, the walk with the departures gives the oracle's answer, and
a departure made the difference, in this access or through memory in an earlier one. Both walks keep
their own memory, so that one access set aside does not make later ones incomparable.

The steps are those of "Virtual Address Translation Process" in the RISC-V privileged architecture;
the other sections are named by their titles too, since their numbers change from edition to
edition.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping
from dataclasses import dataclass, field

from generate import (ACCESSED, ADUE, DIRTY, EXECUTE, LEVELS, MXR, NAPOT, PBMTE, PBMT_SHIFT, READ,
                      SUM, USER, VALID, WRITE, Record)
from machine import GUEST, IMAGE

FETCH, LOAD, STORE, LOAD_EXECUTABLE = "fetch", "read", "write", "hlvx"
PAGE_FAULT = {FETCH: 12, LOAD: 13, LOAD_EXECUTABLE: 13, STORE: 15}
GUEST_PAGE_FAULT = {FETCH: 20, LOAD: 21, LOAD_EXECUTABLE: 21, STORE: 23}
ACCESS_FAULT = {FETCH: 1, LOAD: 5, LOAD_EXECUTABLE: 5, STORE: 7}
# htinst: "Transformed Instruction or Pseudoinstruction for mtinst or htinst".
IMPLICIT_READ, IMPLICIT_WRITE = 0x3000, 0x3020

RESERVED = 0x7F << 54
ENTRY_FRAME = (1 << 44) - 1


@dataclass(frozen=True)
class Told:
    """What a translation came to: an address, a fault with its report, or a table outside memory.

    HTINST is 0 where the manual lets a machine choose between zero and the instruction.
    """

    hpa: int | None = None
    scause: int = 0
    stval: int = 0
    htval: int = 0
    htinst: int = 0
    beyond: bool = False  # a table outside memory: an access fault, if not otherwise said


class _Fault(Exception):
    """The end of a walk without an address."""

    def __init__(self, causes: dict[str, int], address: int = 0, htinst: int = 0) -> None:
        super().__init__()
        self.causes = causes
        self.address = address
        self.htinst = htinst


@dataclass
class Walk:
    """One machine's walks and what they did to its memory."""

    words: memoryview  # the image before the first access
    departures: frozenset[str] = frozenset()
    memory: MutableMapping[int, int] = field(default_factory=dict)  # the words that changed
    fired: list[str] = field(default_factory=list)  # departures that made a difference, in order
    written: set[int] = field(default_factory=set)  # words written since the caller emptied it

    def word(self, address: int) -> int:
        """The word of a table."""
        index = address - IMAGE >> 3
        if not 0 <= index < len(self.words):
            raise _Fault(ACCESS_FAULT)
        found = self.memory.get(address)
        return self.words[index] if found is None else found

    def write(self, address: int, value: int) -> None:
        """Changes a word."""
        self.memory[address] = value
        self.written.add(address)

    def _departs(self, name: str, different: bool) -> bool:
        """Whether to depart from the manual here; notes it if that makes a difference."""
        if not different or name not in self.departures:
            return False
        self.fired.append(name)
        return True

    def translate(self, record: Record, address: int, access: str) -> Told:
        """Both stages for one access of a record."""
        try:
            guest_physical = self._first_stage(record, address, access)
            hpa = self._second_stage(record, guest_physical, access, 0)
        except _Fault as fault:
            causes = fault.causes
            cause = causes[access]
            if access == LOAD_EXECUTABLE and self._departs("hlvx-causes", True):
                # With V=0 not even the stage that failed is told apart.
                cause = (ACCESS_FAULT if causes is ACCESS_FAULT else PAGE_FAULT)[FETCH]
            return Told(scause=cause, stval=address, htval=fault.address >> 2,
                        htinst=fault.htinst, beyond=causes is ACCESS_FAULT)
        return Told(hpa=hpa)

    def _first_stage(self, record: Record, address: int, access: str) -> int:
        levels = LEVELS[record.vsatp >> 60]
        if not levels:
            return address
        width = 12 + 9 * levels
        if address >> width - 1 not in (0, (1 << 65 - width) - 1):
            raise _Fault(PAGE_FAULT)
        table = (record.vsatp & ENTRY_FRAME) << 12
        # Where menvcfg has PBMTE or ADUE clear, henvcfg has it clear too.
        environment = record.henvcfg & record.menvcfg
        if record.operation != GUEST and self._departs(
                "henvcfg", (environment ^ record.menvcfg) & (PBMTE | ADUE) != 0):
            environment = record.menvcfg
        readable = (record.vsstatus | record.sstatus) & MXR
        for level in reversed(range(levels)):
            at = table + 8 * (address >> 12 + 9 * level & 511)
            physical = self._second_stage(record, at, LOAD, IMPLICIT_READ)
            entry = self.word(physical)
            self._check_encoding(entry, level, environment, PAGE_FAULT, 0, 0)
            if not entry & (READ | EXECUTE):
                table = (entry >> 10 & ENTRY_FRAME) << 12
                continue
            # Steps 6 and 8.
            if entry & USER:
                if record.supervisor:
                    summed = record.vsstatus & SUM
                    if access == LOAD_EXECUTABLE and self._departs("hlvx-sum", summed != 0):
                        summed = 0
                    if access == FETCH or not summed:
                        raise _Fault(PAGE_FAULT)
            elif not record.supervisor:
                raise _Fault(PAGE_FAULT)
            if not _permitted(entry, access, readable):
                raise _Fault(PAGE_FAULT)
            # Step 9; the update is a store to the entry, which the second stage translates too.
            needed = ACCESSED | (DIRTY if access == STORE else 0)
            if entry & needed != needed:
                if not environment & ADUE:
                    raise _Fault(PAGE_FAULT)
                if "silent-update" not in self.departures:
                    self._second_stage(record, at, STORE, IMPLICIT_WRITE)
                else:
                    self._departs("silent-update", self._store_matters(record, at))
                self._update(physical, entry, level, needed)
            self._check_late(entry, level, PAGE_FAULT, 0, 0)
            return _address(entry, level, address)
        raise _Fault(PAGE_FAULT)

    def _second_stage(self, record: Record, address: int, access: str, implicit: int) -> int:
        levels = LEVELS[record.hgatp >> 60]
        if not levels:
            return address
        if address >> 14 + 9 * levels:
            raise _Fault(GUEST_PAGE_FAULT, address, implicit)
        table = (record.hgatp & ENTRY_FRAME) << 12
        if not self._departs("root-alignment", table & 0x3000 != 0):
            table &= ~0x3000
        environment = record.menvcfg
        readable = 0
        if not implicit:
            readable = record.sstatus & MXR
        for level in reversed(range(levels)):
            index = address >> 12 + 9 * level
            if level != levels - 1:
                index &= 511
            physical = table + 8 * index
            try:
                entry = self.word(physical)
            except _Fault:
                if self._departs("second-stage-access-fault", implicit != 0):
                    raise _Fault(GUEST_PAGE_FAULT, address, implicit) from None
                raise
            self._check_encoding(entry, level, environment, GUEST_PAGE_FAULT, address, implicit)
            if not entry & (READ | EXECUTE):
                table = (entry >> 10 & ENTRY_FRAME) << 12
                continue
            if implicit and record.sstatus & MXR and self._departs(
                    "implicit-mxr", entry & (READ | EXECUTE) == EXECUTE):
                readable = MXR
            if not entry & USER or not _permitted(entry, access, readable):
                raise _Fault(GUEST_PAGE_FAULT, address, implicit)
            needed = ACCESSED | (DIRTY if access == STORE else 0)
            if entry & needed != needed:
                if not environment & ADUE:
                    raise _Fault(GUEST_PAGE_FAULT, address, implicit)
                self._update(physical, entry, level, needed)
            self._check_late(entry, level, GUEST_PAGE_FAULT, address, implicit)
            return _address(entry, level, address)
        raise _Fault(GUEST_PAGE_FAULT, address, implicit)

    def _check_encoding(self, entry: int, level: int, environment: int, causes: dict[str, int],
                        address: int, implicit: int) -> None:
        """Steps 3 and 5: what no entry may have, whatever the access."""
        memory_type = entry >> PBMT_SHIFT & 3
        leaf = entry & (READ | WRITE | EXECUTE)
        wrong = not entry & VALID or entry & RESERVED
        wrong = wrong or memory_type and not environment & PBMTE
        if leaf:
            frame = entry >> 10 & ENTRY_FRAME
            wrong = wrong or leaf & (READ | WRITE) == WRITE
            wrong = wrong or frame & (1 << 9 * level) - 1
            if not wrong and _malformed(entry, level):
                wrong = "late-napot" not in self.departures
            if not wrong and memory_type == 3:
                wrong = not self._departs("pbmt-3", True)
        else:
            wrong = wrong or entry & (NAPOT | 3 << PBMT_SHIFT | USER | ACCESSED | DIRTY)
        if wrong:
            raise _Fault(causes, address, implicit)

    def _check_late(self, entry: int, level: int, causes: dict[str, int], address: int,
                    implicit: int) -> None:
        """What an oracle that departs by "late-napot" checks after it has set A and D."""
        if _malformed(entry, level):
            raise _Fault(causes, address, implicit)

    def _update(self, physical: int, entry: int, level: int, bits: int) -> None:
        """Sets accessed and dirty bits."""
        self._departs("late-napot", _malformed(entry, level))
        self.write(physical, entry | bits)

    def _store_matters(self, record: Record, at: int) -> bool:
        """Whether the second stage's part of an update would fault or change memory."""
        trial = Walk(self.words, self.departures, ChainMap({}, self.memory))
        try:
            trial._second_stage(record, at, STORE, IMPLICIT_WRITE)
        except _Fault:
            return True
        return bool(trial.written)


def _malformed(entry: int, level: int) -> bool:
    """Whether a leaf with the N bit is not the one kind that Svnapot defines, of 64 KiB."""
    return entry & NAPOT != 0 and (level != 0 or entry >> 10 & 15 != 8)


def _permitted(entry: int, access: str, readable: int) -> bool:
    if access == STORE:
        return entry & WRITE != 0
    if access == LOAD:
        return entry & READ != 0 or (readable != 0 and entry & EXECUTE != 0)
    return entry & EXECUTE != 0


def _address(entry: int, level: int, address: int) -> int:
    span = 16 << 12 if entry & NAPOT else 1 << 12 + 9 * level
    base = (entry >> 10 & ENTRY_FRAME) << 12
    return base & -span | address & span - 1
