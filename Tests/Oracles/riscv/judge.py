"""Whether what a translation came to is what the oracle wrote down of it."""

from __future__ import annotations

from dataclasses import dataclass

from compare import number

from generate import Record
from machine import (AMOOR_D, GUEST, HLV, HLV_D, HLVX, HLVX_WU, HSV, HSV_B, IMAGE, STUBS, TABLES,
                     UNTRAPPED, Instruction, Result, tag)
from walk import (ACCESS_FAULT, FETCH, IMPLICIT_READ, IMPLICIT_WRITE, LOAD, LOAD_EXECUTABLE, STORE,
                  Told)

IMPLICIT = {IMPLICIT_READ: "table-read", IMPLICIT_WRITE: "table-update"}


@dataclass(frozen=True)
class Access:
    """One translation of a record: a record in which the guest loads has two, the fetch first."""

    record: Record
    address: int
    access: str
    instruction: Instruction | None

    @property
    def stores(self) -> bool:
        """Whether the access puts its record's value into memory; an atomic one changes none."""
        return self.access == STORE and self.instruction is not AMOOR_D

    def line(self) -> dict:
        """The access as `nestwalk translate` reads it."""
        record = self.record
        line = {"isa": "riscv64", "address": hex(self.address), "access": self.access,
                "mode": "vs" if record.supervisor else "vu"}
        for name in ("vsatp", "hgatp", "vsstatus", "sstatus", "hstatus", "menvcfg", "henvcfg"):
            line[name] = hex(getattr(record, name))
        if self.instruction:
            line["instruction"] = hex(self.instruction.encoding)
        return line


def accesses(record: Record, result: Result) -> list[Access]:
    """The translations that the oracle made for a record.

    Where the guest was to load or store, and its fetch of that instruction already failed, there
    was no second one.
    """
    if record.operation == HLV:
        return [Access(record, record.address, LOAD, HLV_D)]
    if record.operation == HSV:
        return [Access(record, record.address, STORE, HSV_B)]
    if record.operation == HLVX:
        return [Access(record, record.address, LOAD_EXECUTABLE, HLVX_WU)]
    made = [Access(record, record.code, FETCH, None)]
    if record.code != record.address and result.scause not in (1, 12, 20):
        stub = record.code & 0xFFF
        made.append(Access(record, record.address, STORE if stub & 8 else LOAD, STUBS[stub]))
    return made


def told(answer: dict, access: Access) -> Told:
    """What the model said; where it contradicts itself, nothing that can be right."""
    if "error" in answer:
        return Told(beyond="outside the given memory" in answer["error"])
    if "fault" not in answer:
        return Told(hpa=number(answer["hpa"]))
    fault = answer["fault"]
    report = {name: number(value) for name, value in fault["report"].items()}
    htinst = report["htinst"]
    if htinst not in IMPLICIT:
        if htinst != (access.instruction.transformed if access.instruction else 0):
            return Told()
        htinst = 0
    stage = 2 if report["scause"] >= 20 else 1
    if (fault["stage"], fault["kind"], fault["context"], report["gva"]) != (
            stage, "guest-page-fault" if stage == 2 else "page-fault",
            IMPLICIT.get(htinst, "final-access"), 1):
        return Told()
    return Told(scause=report["scause"], stval=report["stval"], htval=report["htval"],
                htinst=htinst)


class Judge:
    """Compares what a translation came to with what the oracle wrote down."""

    def __init__(self, end: int, transforms: bool) -> None:
        self.end = end  # of the image
        self.transforms = transforms  # whether the oracle shows instructions in htinst, not zero

    def has(self, hpa: int | None) -> bool:
        """Whether an address is one of the image."""
        return hpa is not None and IMAGE <= hpa < self.end

    def _allowed(self, hpa: int, access: str) -> bool:
        """Whether the machine's memory permits the access (program.s: machine mode's PMP)."""
        if access in (FETCH, LOAD_EXECUTABLE):
            return IMAGE <= hpa < TABLES
        return self.has(hpa)

    def problem(self, made: list[Access], tolds: list[Told], result: Result,
                as_fetch: bool = False) -> str | None:
        """What is wrong with the answers to a record's translations; None where nothing is.

        AS_FETCH: an HLVX that fails is reported as a fetch, by an oracle known for it.
        """
        access, last = made[-1], tolds[-1]
        record = access.record
        if len(made) == 2:
            fetched = tolds[0].hpa
            if fetched is None or not self._allowed(fetched, FETCH):
                return "the oracle fetched what should not be fetched"
        virtual = record.operation == GUEST
        if result.spv != virtual or result.spvp != record.supervisor:
            return "hstatus.SPV or SPVP"
        as_fetch = as_fetch and access.access == LOAD_EXECUTABLE
        if last.hpa is None:
            if not last.beyond:
                return self._fault_problem(access, last, result, as_fetch)
        elif self._allowed(last.hpa, access.access):
            return self._success_problem(made, tolds, result)
        # Memory refuses the access, or a table. The walk may know which fault that becomes.
        refused = Told(scause=last.scause or ACCESS_FAULT[FETCH if as_fetch else access.access],
                       stval=access.address, htval=last.htval, htinst=last.htinst)
        return self._fault_problem(access, refused, result, as_fetch)

    def _fault_problem(self, access: Access, last: Told, result: Result,
                       as_fetch: bool) -> str | None:
        htinst = last.htinst
        if not htinst and self.transforms and access.instruction and not as_fetch:
            htinst = access.instruction.transformed
        expected = (last.scause, last.stval, last.htval, htinst, 1)
        found = (result.scause, result.stval, result.htval, result.htinst, result.gva)
        for name, left, right in zip(("scause", "stval", "htval", "htinst", "GVA"),
                                     expected, found):
            if left != right:
                return name
        return None

    @staticmethod
    def _success_problem(made: list[Access], tolds: list[Told], result: Result) -> str | None:
        if result.htval or result.htinst:
            return "htval or htinst of no fault"
        access, hpa = made[-1], tolds[-1].hpa
        if access.record.operation == GUEST:
            fetched = tolds[0].hpa
            unknown = tag(fetched if len(made) == 1 else fetched | 4)
            if result.scause != 2 or result.stval != unknown:
                return "the address fetched from"
        elif result.scause != UNTRAPPED:
            return "scause"
        # The words of the tables are no tags; a load of one tells nothing of its address.
        if hpa < TABLES:
            if access.instruction is AMOOR_D or access.access == LOAD:
                if result.value >> 32 != tag(hpa):
                    return "the address loaded from"
            elif access.access == LOAD_EXECUTABLE and result.value != tag(hpa):
                return "the address loaded from"
        return None


def describe(made: list[Access], answers: list[dict], result: Result, problem: str) -> str:
    """An unexplained difference, with all that is needed to look at it again."""
    lines = "; ".join(f"{access.line()} -> {answer}" for access, answer in zip(made, answers))
    found = {name: hex(getattr(result, name))
             for name in ("scause", "stval", "htval", "htinst", "hstatus", "value")}
    return f"{problem}: {lines}; the oracle {found}"
